using MiniFirewall.Asm;
using MiniFirewall.Packets;

namespace MiniFirewall.Compiler;

/// <summary>
/// The steps of a walk over IPv6 extension headers, one header a turn of a bpf_loop. In a turn R6 points to the bottom of the frame
/// that the walk keeps what it knows in, and R7 is the header's number.
/// </summary>
/// <param name="Next">
/// The number of the header that comes next: one byte of the frame, not at a multiple of eight, so that the verifier keeps nothing of it
/// and goes through what is behind a header once, not for each number.
/// </param>
/// <param name="Offset">Where it begins, from the network header on: eight bytes.</param>
/// <param name="Bytes">The header's first bytes: next header, length, and two more where they are read; five bytes are needed.</param>
/// <param name="Dynptr">The opened packet; 16 bytes.</param>
internal sealed record HeaderSteps(Assembler Code, int Next, int Offset, int Bytes, int Dynptr)
{
    /// <summary>Above any offset inside a packet; masking with it gives the verifier the same range in each turn.</summary>
    internal const int OffsetMask = 0x1ffff;

    /// <summary>The most headers that a packet of 65,575 bytes can have, and some more: a walk that turns so often has left it.</summary>
    internal const int MostHeaders = 8200;

    internal const Register Frame = Register.R6, Header = Register.R7;

    /// <summary>What a turn begins with: R1 is its number, R2 the frame.</summary>
    internal void EmitStart()
    {
        Code.Move(Frame, Register.R2);
        EmitHeaderAgain();
    }

    /// <summary>R7 = the header's number, of which the verifier forgets what it has been compared with.</summary>
    internal void EmitHeaderAgain() => Code.Load(MemorySize.Byte, Header, Frame, Next);

    internal static void EmitJumpIfExtension(Assembler code, Register header, Label target)
    {
        foreach (byte extension in (ReadOnlySpan<byte>)
            [IPv6HeaderNumber.HopByHop, IPv6HeaderNumber.Routing, IPv6HeaderNumber.Fragment, IPv6HeaderNumber.Authentication, IPv6HeaderNumber.DestinationOptions])
        {
            code.Jump(JumpCondition.Equal, header, extension, target);
        }
    }

    /// <summary>Reads two of the header's bytes, from <paramref name="plus"/> on, to the same place behind <see cref="Bytes"/>.</summary>
    internal void EmitRead(int plus, Label missing) => EmitRead(Bytes + plus, 2, plus, missing);

    /// <summary>R2 = a fragment header's offset in bytes.</summary>
    internal void EmitFragmentOffset()
    {
        Code.Load(MemorySize.Half, Register.R2, Frame, Bytes + 2);
        Code.ToBigEndian(Register.R2, 16);
        Code.Alu(AluOperation.And, Register.R2, 0xfff8);
    }

    /// <summary>R1 = the header's length in bytes: 8 of a fragment header, (n + 2) * 4 of AH (RFC 4302 §2.2), else (n + 1) * 8 (RFC 8200 §4).</summary>
    internal void EmitLength()
    {
        Label authentication = Code.DefineLabel("authentication header"), done = Code.DefineLabel("length known");
        EmitHeaderAgain();
        Code.Move(Register.R1, 8);
        Code.Jump(JumpCondition.Equal, Header, IPv6HeaderNumber.Fragment, done);
        Code.Load(MemorySize.Byte, Register.R1, Frame, Bytes + 1);
        Code.Jump(JumpCondition.Equal, Header, IPv6HeaderNumber.Authentication, authentication);
        Code.Alu(AluOperation.Add, Register.R1, 1);
        Code.Alu(AluOperation.ShiftLeft, Register.R1, 3);
        Code.Jump(done);
        Code.Mark(authentication);
        Code.Alu(AluOperation.Add, Register.R1, 2);
        Code.Alu(AluOperation.ShiftLeft, Register.R1, 2);
        Code.Mark(done);
    }

    /// <summary>
    /// Goes to <paramref name="cut"/> where the packet ends before the header that was stepped over does, as ipv6_find_hdr has it since
    /// 2026: the header's last byte is read, behind its first four.
    /// </summary>
    internal void EmitCheckPassed(Label cut) => EmitRead(Bytes + 4, 1, -1, cut);

    /// <summary>Steps over a header of R1 bytes: R1 is the next one's number then, and R2 its offset.</summary>
    internal void EmitAdvance()
    {
        Code.Load(MemorySize.DoubleWord, Register.R2, Frame, Offset);
        Code.Alu(AluOperation.Add, Register.R2, Register.R1);
        Code.Alu(AluOperation.And, Register.R2, OffsetMask);
        Code.Store(MemorySize.DoubleWord, Frame, Offset, Register.R2);
        Code.Load(MemorySize.Byte, Register.R1, Frame, Bytes);
        Code.Store(MemorySize.Byte, Frame, Next, Register.R1);
    }

    /// <summary>Ends a turn that is not the last.</summary>
    internal void EmitContinue()
    {
        Code.Move(Register.R0, 0);
        Code.Exit();
    }

    /// <summary>Ends the walk, with eight bytes of the frame set.</summary>
    internal void EmitStop(int at, int value)
    {
        Code.StoreImmediate(MemorySize.DoubleWord, Frame, at, value);
        Code.Move(Register.R0, 1);
        Code.Exit();
    }

    /// <summary>Reads bytes of the packet, from <see cref="Offset"/> and <paramref name="plus"/> on, to a place in the frame.</summary>
    private void EmitRead(int to, int count, int plus, Label missing)
    {
        Code.Move(Register.R1, Frame);
        Code.Alu(AluOperation.Add, Register.R1, to);
        Code.Move(Register.R2, count);
        Code.Move(Register.R3, Frame);
        Code.Alu(AluOperation.Add, Register.R3, Dynptr);
        Code.Load(MemorySize.DoubleWord, Register.R4, Frame, Offset);
        Code.Alu(AluOperation.Add, Register.R4, plus);
        Code.Move(Register.R5, 0);
        Code.Call(Helper.DynptrRead);
        Code.Jump(JumpCondition.NotEqual, Register.R0, 0, missing);
    }
}

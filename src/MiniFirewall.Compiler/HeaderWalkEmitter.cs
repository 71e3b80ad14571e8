using MiniFirewall.Asm;

namespace MiniFirewall.Compiler;

/// <summary>
/// The function walk_headers(ctx, key): finds an IPv6 packet's transport header. In: the key's Protocol is the network
/// header's next header. Out: Protocol, TransportOffset, FragmentOffset, ChainBroken. Meaning: net/ipv6/exthdrs_core.c,
/// ipv6_find_hdr without a target, for at most 64 headers; a longer chain counts as broken.
/// </summary>
internal static class HeaderWalkEmitter
{
    private const int MaxHeaders = 64;
    private const int HopByHop = 0, Routing = 43, Fragment = 44, Authentication = 51, DestinationOptions = 60;
    private const int Bytes = -8, Dynptr = -24;

    /// <summary>Above any offset inside a packet; masking with it gives the verifier the same range in each turn.</summary>
    private const int OffsetMask = 0x1ffff;

    private const Register Key = Register.R6, Next = Register.R7, Offset = Register.R8, Turn = Register.R9;

    internal static void EmitFunction(Assembler code, Label entry)
    {
        Label loop = code.DefineLabel("next header"), extension = code.DefineLabel("extension");
        Label broken = code.DefineLabel("broken"), fragment = code.DefineLabel("fragment"), advance = code.DefineLabel("advance");
        code.BeginFunction(new Function("walk_headers", IsGlobal: true,
            [new ContextParameter("ctx", "bpf_nf_ctx"), new BytesParameter("key", PacketKey.Size)]), entry);
        NullGuard.Emit(code, Register.R2, 0);
        EmitStart(code);

        code.Mark(loop);
        EmitJumpIfExtension(code, Next, extension);
        EmitFound(code);

        code.Mark(extension);
        code.Jump(JumpCondition.GreaterOrEqual, Turn, MaxHeaders, broken);
        EmitRead(code, plus: 0, broken);
        code.Jump(JumpCondition.Equal, Next, Fragment, fragment);
        EmitLength(code);

        code.Mark(advance);
        code.Load(MemorySize.Byte, Next, Register.R10, Bytes);
        code.Alu(AluOperation.Add, Offset, Register.R1);
        code.Alu(AluOperation.And, Offset, OffsetMask);
        code.Alu(AluOperation.Add, Turn, 1);
        code.Jump(loop);

        code.Mark(fragment);
        EmitFragment(code, advance, broken);
        code.Mark(broken);
        EmitBroken(code);
    }

    private static void EmitStart(Assembler code)
    {
        code.Move(Key, Register.R2);
        code.Load(MemorySize.DoubleWord, Register.R1, Register.R1, 8);
        code.Move(Register.R2, 0);
        code.Move(Register.R3, Register.R10);
        code.Alu(AluOperation.Add, Register.R3, Dynptr);
        code.CallKernel("bpf_dynptr_from_skb");
        code.StoreImmediate(MemorySize.DoubleWord, Register.R10, Bytes, 0);
        code.Load(MemorySize.Byte, Next, Key, PacketKey.Protocol);
        code.Move(Offset, 40);
        code.Move(Turn, 0);
    }

    private static void EmitJumpIfExtension(Assembler code, Register header, Label target)
    {
        foreach (int extension in (ReadOnlySpan<int>)[HopByHop, Routing, Fragment, Authentication, DestinationOptions])
        {
            code.Jump(JumpCondition.Equal, header, extension, target);
        }
    }

    private static void EmitFound(Assembler code)
    {
        code.Store(MemorySize.Byte, Key, PacketKey.Protocol, Next);
        code.Store(MemorySize.Word, Key, PacketKey.TransportOffset, Offset);
        code.Move(Register.R0, 0);
        code.Exit();
    }

    /// <summary>Reads two bytes at the header's offset into the buffer: next header and length.</summary>
    private static void EmitRead(Assembler code, int plus, Label broken)
    {
        code.Move(Register.R1, Register.R10);
        code.Alu(AluOperation.Add, Register.R1, Bytes + plus);
        code.Move(Register.R2, 2);
        code.Move(Register.R3, Register.R10);
        code.Alu(AluOperation.Add, Register.R3, Dynptr);
        code.Move(Register.R4, Offset);
        code.Alu(AluOperation.Add, Register.R4, plus);
        code.Move(Register.R5, 0);
        code.Call(Helper.DynptrRead);
        code.Jump(JumpCondition.NotEqual, Register.R0, 0, broken);
    }

    /// <summary>R1 = the header's length in bytes: (n + 2) * 4 for AH (RFC 4302 §2.2), else (n + 1) * 8 (RFC 8200 §4).</summary>
    private static void EmitLength(Assembler code)
    {
        Label authentication = code.DefineLabel("authentication header"), done = code.DefineLabel("length known");
        code.Load(MemorySize.Byte, Register.R1, Register.R10, Bytes + 1);
        code.Jump(JumpCondition.Equal, Next, Authentication, authentication);
        code.Alu(AluOperation.Add, Register.R1, 1);
        code.Alu(AluOperation.ShiftLeft, Register.R1, 3);
        code.Jump(done);
        code.Mark(authentication);
        code.Alu(AluOperation.Add, Register.R1, 2);
        code.Alu(AluOperation.ShiftLeft, Register.R1, 2);
        code.Mark(done);
    }

    private static void EmitFragment(Assembler code, Label advance, Label broken)
    {
        Label later = code.DefineLabel("later fragment");
        EmitRead(code, plus: 2, broken);
        code.Load(MemorySize.Half, Register.R2, Register.R10, Bytes + 2);
        code.ToBigEndian(Register.R2, 16);
        code.Alu(AluOperation.And, Register.R2, 0xfff8);
        code.Jump(JumpCondition.NotEqual, Register.R2, 0, later);
        code.Move(Register.R1, 8);
        code.Jump(advance);
        code.Mark(later);
        code.Load(MemorySize.Byte, Register.R3, Register.R10, Bytes);
        EmitJumpIfExtension(code, Register.R3, broken);
        code.Store(MemorySize.Byte, Key, PacketKey.Protocol, Register.R3);
        code.Store(MemorySize.Half, Key, PacketKey.FragmentOffset, Register.R2);
        code.StoreImmediate(MemorySize.Word, Key, PacketKey.TransportOffset, 0);
        code.Move(Register.R0, 0);
        code.Exit();
    }

    private static void EmitBroken(Assembler code)
    {
        code.StoreImmediate(MemorySize.Byte, Key, PacketKey.ChainBroken, 1);
        code.StoreImmediate(MemorySize.Byte, Key, PacketKey.Protocol, 0);
        code.Move(Register.R0, 0);
        code.Exit();
    }
}

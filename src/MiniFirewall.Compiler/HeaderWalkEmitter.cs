using MiniFirewall.Asm;

namespace MiniFirewall.Compiler;

/// <summary>
/// The function walk_headers(ctx, key): finds an IPv6 packet's transport header. In: the key's Protocol is the network
/// header's next header, TransportOffset 40. Out: Protocol, TransportOffset, FragmentOffset, ChainBroken. Meaning: net/ipv6/exthdrs_core.c,
/// ipv6_find_hdr without a target, for at most 64 headers; a longer chain counts as broken. The walk is a bpf_loop
/// (kernel 5.17): the verifier looks at one turn, not at sixty-four.
/// </summary>
internal static class HeaderWalkEmitter
{
    private const int MaxHeaders = 64;
    private const int HopByHop = 0, Routing = 43, Fragment = 44, Authentication = 51, DestinationOptions = 60;

    // The function's frame, from its bottom: what the callback gets a pointer to.
    private const int Next = 0, Offset = 8, FragmentAt = 16, Status = 24, Bytes = 32, Dynptr = 40, FrameBytes = 56;

    /// <summary>What the walk came to; "walking" after the last turn means too many headers.</summary>
    private const int Walking = 0, Found = 1, Broken = 2;

    /// <summary>Above any offset inside a packet; masking with it gives the verifier the same range in each turn.</summary>
    private const int OffsetMask = 0x1ffff;

    private const Register Key = Register.R6;

    internal static void EmitFunction(Assembler code, Label entry)
    {
        Label turn = code.DefineLabel("header_turn"), found = code.DefineLabel("found");
        code.BeginFunction(new Function("walk_headers", IsGlobal: true,
            [new ContextParameter("ctx", "bpf_nf_ctx"), new BytesParameter("key", PacketKey.Size)]), entry);
        NullGuard.Emit(code, Register.R2, 0);
        EmitStart(code);

        // One turn more than headers: the last one finds what follows the 64th.
        StackFrame.EmitLoop(code, FrameBytes, MaxHeaders + 1, turn);
        StackFrame.Load(code, MemorySize.DoubleWord, Register.R1, FrameBytes, Status);
        code.Jump(JumpCondition.Equal, Register.R1, Found, found);
        code.StoreImmediate(MemorySize.Byte, Key, PacketKey.ChainBroken, 1);
        code.StoreImmediate(MemorySize.Byte, Key, PacketKey.Protocol, 0);
        code.Move(Register.R0, 0);
        code.Exit();
        code.Mark(found);
        EmitFound(code);
        EmitTurn(code, turn);
    }

    private static void EmitStart(Assembler code)
    {
        code.Move(Key, Register.R2);
        code.Load(MemorySize.DoubleWord, Register.R1, Register.R1, 8);
        code.Move(Register.R2, 0);
        StackFrame.Address(code, Register.R3, FrameBytes, Dynptr);
        code.CallKernel("bpf_dynptr_from_skb");
        StackFrame.Zero(code, FrameBytes, Bytes);
        StackFrame.Zero(code, FrameBytes, FragmentAt);
        StackFrame.Zero(code, FrameBytes, Status);
        code.Load(MemorySize.Byte, Register.R1, Key, PacketKey.Protocol);
        StackFrame.Store(code, MemorySize.DoubleWord, FrameBytes, Next, Register.R1);

        // 40, as the prologue has put it there; read back, so that the verifier takes the first turn for any other.
        code.Load(MemorySize.Word, Register.R1, Key, PacketKey.TransportOffset);
        code.Alu(AluOperation.And, Register.R1, OffsetMask);
        StackFrame.Store(code, MemorySize.DoubleWord, FrameBytes, Offset, Register.R1);
    }

    private static void EmitFound(Assembler code)
    {
        StackFrame.Load(code, MemorySize.DoubleWord, Register.R1, FrameBytes, Next);
        code.Store(MemorySize.Byte, Key, PacketKey.Protocol, Register.R1);
        StackFrame.Load(code, MemorySize.DoubleWord, Register.R1, FrameBytes, Offset);
        code.Store(MemorySize.Word, Key, PacketKey.TransportOffset, Register.R1);
        StackFrame.Load(code, MemorySize.DoubleWord, Register.R1, FrameBytes, FragmentAt);
        code.Store(MemorySize.Half, Key, PacketKey.FragmentOffset, Register.R1);
        code.Move(Register.R0, 0);
        code.Exit();
    }

    /// <summary>One header: R1 the turn, R2 the frame; returns 1 to stop.</summary>
    private static void EmitTurn(Assembler code, Label turn)
    {
        const Register Frame = Register.R6;
        Label extension = code.DefineLabel("extension"), broken = code.DefineLabel("broken");
        Label fragment = code.DefineLabel("fragment"), advance = code.DefineLabel("advance");
        Label readable = code.DefineLabel("readable");
        code.BeginFunction(new Function("header_turn", IsGlobal: false,
            [new NumberParameter("index"), new NumberParameter("frame")]), turn);
        code.Move(Frame, Register.R2);
        code.Load(MemorySize.DoubleWord, Register.R7, Frame, Next);
        EmitJumpIfExtension(code, Register.R7, extension);
        EmitStop(code, Frame, Found);

        code.Mark(extension);
        code.Jump(JumpCondition.GreaterOrEqual, Register.R1, MaxHeaders, broken);
        EmitRead(code, Frame, plus: 0, broken);
        code.Jump(JumpCondition.Equal, Register.R7, Fragment, fragment);
        code.Jump(JumpCondition.NotEqual, Register.R7, Routing, readable);

        // The kernel reads a routing header's first four bytes, so a chain cut inside them is broken.
        EmitRead(code, Frame, plus: 2, broken);
        code.Mark(readable);
        EmitLength(code, Frame);

        code.Mark(advance);
        code.Load(MemorySize.DoubleWord, Register.R2, Frame, Offset);
        code.Alu(AluOperation.Add, Register.R2, Register.R1);
        code.Alu(AluOperation.And, Register.R2, OffsetMask);
        code.Store(MemorySize.DoubleWord, Frame, Offset, Register.R2);
        code.Load(MemorySize.Byte, Register.R1, Frame, Bytes);
        code.Store(MemorySize.DoubleWord, Frame, Next, Register.R1);
        code.Move(Register.R0, 0);
        code.Exit();

        code.Mark(fragment);
        EmitFragment(code, Frame, advance, broken);
        code.Mark(broken);
        EmitStop(code, Frame, Broken);
    }

    private static void EmitStop(Assembler code, Register frame, int status)
    {
        code.StoreImmediate(MemorySize.DoubleWord, frame, Status, status);
        code.Move(Register.R0, 1);
        code.Exit();
    }

    private static void EmitJumpIfExtension(Assembler code, Register header, Label target)
    {
        foreach (int extension in (ReadOnlySpan<int>)[HopByHop, Routing, Fragment, Authentication, DestinationOptions])
        {
            code.Jump(JumpCondition.Equal, header, extension, target);
        }
    }

    /// <summary>Reads two bytes at the header's offset into the frame: next header and length.</summary>
    private static void EmitRead(Assembler code, Register frame, int plus, Label broken)
    {
        code.Move(Register.R1, frame);
        code.Alu(AluOperation.Add, Register.R1, Bytes + plus);
        code.Move(Register.R2, 2);
        code.Move(Register.R3, frame);
        code.Alu(AluOperation.Add, Register.R3, Dynptr);
        code.Load(MemorySize.DoubleWord, Register.R4, frame, Offset);
        code.Alu(AluOperation.Add, Register.R4, plus);
        code.Move(Register.R5, 0);
        code.Call(Helper.DynptrRead);
        code.Jump(JumpCondition.NotEqual, Register.R0, 0, broken);
    }

    /// <summary>R1 = the header's length in bytes: (n + 2) * 4 for AH (RFC 4302 §2.2), else (n + 1) * 8 (RFC 8200 §4).</summary>
    private static void EmitLength(Assembler code, Register frame)
    {
        Label authentication = code.DefineLabel("authentication header"), done = code.DefineLabel("length known");
        code.Load(MemorySize.Byte, Register.R1, frame, Bytes + 1);
        code.Jump(JumpCondition.Equal, Register.R7, Authentication, authentication);
        code.Alu(AluOperation.Add, Register.R1, 1);
        code.Alu(AluOperation.ShiftLeft, Register.R1, 3);
        code.Jump(done);
        code.Mark(authentication);
        code.Alu(AluOperation.Add, Register.R1, 2);
        code.Alu(AluOperation.ShiftLeft, Register.R1, 2);
        code.Mark(done);
    }

    /// <summary>A first fragment is eight bytes to step over; a later one ends the walk, without a transport header.</summary>
    private static void EmitFragment(Assembler code, Register frame, Label advance, Label broken)
    {
        Label later = code.DefineLabel("later fragment");
        EmitRead(code, frame, plus: 2, broken);
        code.Load(MemorySize.Half, Register.R2, frame, Bytes + 2);
        code.ToBigEndian(Register.R2, 16);
        code.Alu(AluOperation.And, Register.R2, 0xfff8);
        code.Move(Register.R1, 8);
        code.Jump(JumpCondition.NotEqual, Register.R2, 0, later);
        code.Jump(advance);
        code.Mark(later);
        code.Load(MemorySize.Byte, Register.R3, frame, Bytes);
        EmitJumpIfExtension(code, Register.R3, broken);
        code.Store(MemorySize.DoubleWord, frame, Next, Register.R3);
        code.Store(MemorySize.DoubleWord, frame, FragmentAt, Register.R2);
        code.StoreImmediate(MemorySize.DoubleWord, frame, Offset, 0);
        EmitStop(code, frame, Found);
    }
}

using MiniFirewall.Asm;
using MiniFirewall.Packets;

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

    // The function's frame, from its bottom: what the callback gets a pointer to.
    private const int Next = 1, Offset = 8, FragmentAt = 16, Status = 24, Bytes = 32, Dynptr = 40, FrameBytes = 56;

    /// <summary>What the walk came to; "walking" after the last turn means too many headers.</summary>
    private const int Walking = 0, Found = 1, Broken = 2;

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
        StackFrame.Store(code, MemorySize.Byte, FrameBytes, Next, Register.R1);

        // 40, as the prologue has put it there; read back, so that the verifier takes the first turn for any other.
        code.Load(MemorySize.Word, Register.R1, Key, PacketKey.TransportOffset);
        code.Alu(AluOperation.And, Register.R1, HeaderSteps.OffsetMask);
        StackFrame.Store(code, MemorySize.DoubleWord, FrameBytes, Offset, Register.R1);
    }

    private static void EmitFound(Assembler code)
    {
        StackFrame.Load(code, MemorySize.Byte, Register.R1, FrameBytes, Next);
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
        var steps = new HeaderSteps(code, Next, Offset, Bytes, Dynptr);
        Label extension = code.DefineLabel("extension"), broken = code.DefineLabel("broken");
        Label fragment = code.DefineLabel("fragment"), advance = code.DefineLabel("advance");
        code.BeginFunction(new Function("header_turn", IsGlobal: false,
            [new NumberParameter("index"), new NumberParameter("frame")]), turn);
        steps.EmitStart();
        HeaderSteps.EmitJumpIfExtension(code, HeaderSteps.Header, extension);
        steps.EmitStop(Status, Found);

        code.Mark(extension);
        steps.EmitHeaderAgain();
        code.Jump(JumpCondition.GreaterOrEqual, Register.R1, MaxHeaders, broken);
        steps.EmitRead(plus: 0, broken);
        code.Jump(JumpCondition.Equal, HeaderSteps.Header, IPv6HeaderNumber.Fragment, fragment);
        code.Jump(JumpCondition.NotEqual, HeaderSteps.Header, IPv6HeaderNumber.Routing, advance);

        // The kernel reads a routing header's first four bytes, so a chain cut inside them is broken.
        steps.EmitRead(plus: 2, broken);
        code.Mark(advance);
        steps.EmitLength();
        steps.EmitAdvance();
        steps.EmitCheckPassed(broken);
        steps.EmitContinue();

        code.Mark(fragment);
        EmitFragment(steps, advance, broken);
        code.Mark(broken);
        steps.EmitStop(Status, Broken);
    }

    /// <summary>A first fragment is eight bytes to step over; a later one ends the walk, without a transport header.</summary>
    private static void EmitFragment(HeaderSteps steps, Label advance, Label broken)
    {
        Assembler code = steps.Code;
        steps.EmitRead(plus: 2, broken);
        steps.EmitFragmentOffset();
        code.Jump(JumpCondition.Equal, Register.R2, 0, advance);
        code.Load(MemorySize.Byte, Register.R3, HeaderSteps.Frame, Bytes);
        HeaderSteps.EmitJumpIfExtension(code, Register.R3, broken);
        code.Store(MemorySize.Byte, HeaderSteps.Frame, Next, Register.R3);
        code.Store(MemorySize.DoubleWord, HeaderSteps.Frame, FragmentAt, Register.R2);
        code.StoreImmediate(MemorySize.DoubleWord, HeaderSteps.Frame, Offset, 0);
        steps.EmitStop(Status, Found);
    }
}

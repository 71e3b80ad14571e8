using MiniFirewall.Asm;

namespace MiniFirewall.Compiler;

/// <summary>
/// The function tcp_option(ctx, key, kind): 1 where the TCP header has an option of that kind. Meaning:
/// net/netfilter/xt_tcpudp.c, tcp_find_option. The caller has made sure that all options are there. The walk is a
/// bpf_loop (kernel 5.17): the verifier looks at one turn, not at forty.
/// </summary>
internal static class TcpOptionEmitter
{
    private const int MaxOptions = 40;

    // The function's frame, from its bottom: what the callback gets a pointer to. The buffer has 64 bytes that a 6-bit
    // index can reach, and one more for the length byte behind the last.
    private const int Buffer = 0, BufferBytes = 72, At = 72, Length = 80, Kind = 88, Found = 96, Dynptr = 104, FrameBytes = 120;

    private const Register Key = Register.R6, OptionsLength = Register.R7;

    internal static void EmitFunction(Assembler code, Label entry)
    {
        Label absent = code.DefineLabel("absent"), turn = code.DefineLabel("option_turn");
        code.BeginFunction(new Function("tcp_option", IsGlobal: true,
            [new ContextParameter("ctx", "bpf_nf_ctx"), new BytesParameter("key", PacketKey.Size), new NumberParameter("kind")]), entry);
        NullGuard.Emit(code, Register.R2, 0);
        code.Move(Key, Register.R2);
        EmitFrame(code);
        EmitRead(code, absent);
        StackFrame.EmitLoop(code, FrameBytes, MaxOptions, turn);
        StackFrame.Load(code, MemorySize.DoubleWord, Register.R0, FrameBytes, Found);
        code.Exit();
        code.Mark(absent);
        code.Move(Register.R0, 0);
        code.Exit();
        EmitTurn(code, turn);
    }

    private static void EmitFrame(Assembler code)
    {
        for (int at = 0; at < BufferBytes; at += 8)
        {
            StackFrame.Zero(code, FrameBytes, Buffer + at);
        }

        StackFrame.Zero(code, FrameBytes, Found);
        StackFrame.Store(code, MemorySize.DoubleWord, FrameBytes, Kind, Register.R3);

        // The walk starts at 0. A kind has eight bits, so this is 0 too, but the verifier sees any index, and one turn of the
        // loop looks to it like every other.
        code.Alu(AluOperation.ShiftRight, Register.R3, 8);
        code.Alu(AluOperation.And, Register.R3, 63);
        StackFrame.Store(code, MemorySize.DoubleWord, FrameBytes, At, Register.R3);
    }

    private static void EmitRead(Assembler code, Label absent)
    {
        code.Load(MemorySize.Byte, OptionsLength, Key, PacketKey.TcpDataOffset);
        code.Alu(AluOperation.ShiftLeft, OptionsLength, 2);
        code.Alu(AluOperation.Subtract, OptionsLength, 20);
        code.Jump(JumpCondition.SignedLessOrEqual, OptionsLength, 0, absent);
        code.Jump(JumpCondition.SignedGreater, OptionsLength, MaxOptions, absent);
        StackFrame.Store(code, MemorySize.DoubleWord, FrameBytes, Length, OptionsLength);

        code.Load(MemorySize.DoubleWord, Register.R1, Register.R1, 8);
        code.Move(Register.R2, 0);
        StackFrame.Address(code, Register.R3, FrameBytes, Dynptr);
        code.CallKernel("bpf_dynptr_from_skb");
        StackFrame.Address(code, Register.R1, FrameBytes, Buffer);
        code.Move(Register.R2, OptionsLength);
        StackFrame.Address(code, Register.R3, FrameBytes, Dynptr);
        code.Load(MemorySize.Word, Register.R4, Key, PacketKey.TransportOffset);
        code.Alu(AluOperation.Add, Register.R4, 20);
        code.Move(Register.R5, 0);
        code.Call(Helper.DynptrRead);
        code.Jump(JumpCondition.NotEqual, Register.R0, 0, absent);
    }

    /// <summary>One option: R2 points to the frame; returns 1 to stop. The index stays below 64, masked, in every turn.</summary>
    private static void EmitTurn(Assembler code, Label turn)
    {
        Label found = code.DefineLabel("found"), step = code.DefineLabel("step"), stop = code.DefineLabel("stop");
        code.BeginFunction(new Function("option_turn", IsGlobal: false,
            [new NumberParameter("index"), new NumberParameter("frame")]), turn);
        code.Load(MemorySize.DoubleWord, Register.R3, Register.R2, At);
        code.Load(MemorySize.DoubleWord, Register.R4, Register.R2, Length);
        code.Jump(JumpCondition.GreaterOrEqual, Register.R3, Register.R4, stop);
        code.Alu(AluOperation.And, Register.R3, 63);
        code.Move(Register.R1, Register.R2);
        code.Alu(AluOperation.Add, Register.R1, Register.R3);
        code.Load(MemorySize.Byte, Register.R4, Register.R1, Buffer);
        code.Load(MemorySize.DoubleWord, Register.R5, Register.R2, Kind);
        code.Jump(JumpCondition.Equal, Register.R4, Register.R5, found);
        code.Move(Register.R5, 1);
        code.Jump(JumpCondition.Less, Register.R4, 2, step);
        code.Load(MemorySize.Byte, Register.R5, Register.R1, Buffer + 1);
        code.Jump(JumpCondition.NotEqual, Register.R5, 0, step);
        code.Move(Register.R5, 1);
        code.Mark(step);
        code.Alu(AluOperation.Add, Register.R3, Register.R5);
        code.Jump(JumpCondition.Greater, Register.R3, 63, stop);
        code.Alu(AluOperation.And, Register.R3, 63);
        code.Store(MemorySize.DoubleWord, Register.R2, At, Register.R3);
        code.Move(Register.R0, 0);
        code.Exit();
        code.Mark(found);
        code.StoreImmediate(MemorySize.DoubleWord, Register.R2, Found, 1);
        code.Mark(stop);
        code.Move(Register.R0, 1);
        code.Exit();
    }
}

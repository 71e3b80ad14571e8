using MiniFirewall.Asm;
using MiniFirewall.Policy.Questions;

namespace MiniFirewall.Compiler.Questions;

/// <summary>
/// Looks for a TCP option. The walk is a bpf_loop (kernel 5.17): the verifier looks at one turn, not at forty.
/// </summary>
internal static class TcpOptionEmitter
{
    private const int MaxOptions = 40;

    // The function's frame, from its bottom: what the callback gets a pointer to. Small, for all functions' frames together
    // have 512 bytes. The byte behind the buffer is looked at, and means nothing, where a last option lacks its length. Bytes
    // stand where the verifier keeps nothing of their values (not at multiples of eight), so that one turn looks like another.
    private const int Buffer = 0, At = 41, Length = 42, Kind = 43, Found = 44, Dynptr = 48, FrameBytes = 64;

    private const Register OptionsLength = Register.R9;

    internal static void Emit(TcpOption question, QuestionFunction function)
    {
        Assembler code = function.Code;
        Label turn = code.DefineLabel("option_turn");
        EmitFrame(code);
        EmitRead(function);
        StackFrame.EmitLoop(code, FrameBytes, MaxOptions, turn);
        StackFrame.Load(code, MemorySize.Byte, Register.R0, FrameBytes, Found);
        code.Jump(JumpCondition.NotEqual, Register.R0, 0, function.Yes);
        function.Behind(() => EmitTurn(code, turn));
    }

    private static void EmitFrame(Assembler code)
    {
        for (int at = 0; at < Dynptr; at += 8)
        {
            StackFrame.Zero(code, FrameBytes, Buffer + at);
        }

        StackFrame.Store(code, MemorySize.Byte, FrameBytes, Kind, QuestionFunction.Argument);

        // The walk starts at 0, and nothing is found. A kind has eight bits, so this is 0 too, but the verifier sees any number.
        code.Move(Register.R3, QuestionFunction.Argument);
        code.Alu(AluOperation.ShiftRight, Register.R3, 8);
        StackFrame.Store(code, MemorySize.Byte, FrameBytes, At, Register.R3);
        StackFrame.Store(code, MemorySize.Byte, FrameBytes, Found, Register.R3);
    }

    private static void EmitRead(QuestionFunction function)
    {
        Assembler code = function.Code;
        code.Load(MemorySize.Byte, OptionsLength, QuestionFunction.Key, PacketKey.TcpDataOffset);
        code.Alu(AluOperation.ShiftLeft, OptionsLength, 2);
        code.Alu(AluOperation.Subtract, OptionsLength, 20);
        code.Jump(JumpCondition.SignedLessOrEqual, OptionsLength, 0, function.No);
        code.Jump(JumpCondition.SignedGreater, OptionsLength, MaxOptions, function.No);
        StackFrame.Store(code, MemorySize.Byte, FrameBytes, Length, OptionsLength);

        function.LoadSkb(Register.R1);
        code.Move(Register.R2, 0);
        StackFrame.Address(code, Register.R3, FrameBytes, Dynptr);
        code.CallKernel("bpf_dynptr_from_skb");
        StackFrame.Address(code, Register.R1, FrameBytes, Buffer);
        code.Move(Register.R2, OptionsLength);
        StackFrame.Address(code, Register.R3, FrameBytes, Dynptr);
        code.Load(MemorySize.Word, Register.R4, QuestionFunction.Key, PacketKey.TransportOffset);
        code.Alu(AluOperation.Add, Register.R4, 20);
        code.Move(Register.R5, 0);
        code.Call(Helper.DynptrRead);
        code.Jump(JumpCondition.NotEqual, Register.R0, 0, function.No);
    }

    /// <summary>One option: R2 points to the frame; returns 1 to stop.</summary>
    private static void EmitTurn(Assembler code, Label turn)
    {
        Label found = code.DefineLabel("found"), step = code.DefineLabel("step"), stop = code.DefineLabel("stop");
        code.BeginFunction(new Function("option_turn", IsGlobal: false,
            [new NumberParameter("index"), new NumberParameter("frame")]), turn);
        code.Load(MemorySize.Byte, Register.R3, Register.R2, At);
        code.Load(MemorySize.Byte, Register.R4, Register.R2, Length);
        code.Jump(JumpCondition.GreaterOrEqual, Register.R3, Register.R4, stop);
        code.Jump(JumpCondition.GreaterOrEqual, Register.R3, MaxOptions, stop);
        code.Move(Register.R1, Register.R2);
        code.Alu(AluOperation.Add, Register.R1, Register.R3);
        code.Load(MemorySize.Byte, Register.R4, Register.R1, Buffer);
        code.Load(MemorySize.Byte, Register.R5, Register.R2, Kind);
        code.Jump(JumpCondition.Equal, Register.R4, Register.R5, found);
        code.Move(Register.R5, 1);
        code.Jump(JumpCondition.Less, Register.R4, 2, step);
        code.Load(MemorySize.Byte, Register.R5, Register.R1, Buffer + 1);
        code.Jump(JumpCondition.NotEqual, Register.R5, 0, step);
        code.Move(Register.R5, 1);
        code.Mark(step);
        code.Alu(AluOperation.Add, Register.R3, Register.R5);
        code.Jump(JumpCondition.GreaterOrEqual, Register.R3, MaxOptions, stop);
        code.Store(MemorySize.Byte, Register.R2, At, Register.R3);
        code.Move(Register.R0, 0);
        code.Exit();
        code.Mark(found);
        code.StoreImmediate(MemorySize.Byte, Register.R2, Found, 1);
        code.Mark(stop);
        code.Move(Register.R0, 1);
        code.Exit();
    }
}

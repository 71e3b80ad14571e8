using MiniFirewall.Asm;
using MiniFirewall.Compiler.Changes;
using MiniFirewall.Packets;
using MiniFirewall.Policy.Questions;

namespace MiniFirewall.Compiler.Questions;

/// <summary>
/// Notes what is to be changed of the packet, which a program cannot write to: its mark in the key, where later questions find it, the rest where
/// it is read by what changes packets.
/// </summary>
internal static class PacketChangeEmitter
{
    private const Register Mark = Register.R1;

    internal static void Emit(PacketMarkIs _, QuestionFunction function)
    {
        Assembler code = function.Code;
        code.Load(MemorySize.Word, Mark, QuestionFunction.Key, PacketKey.Mark);
        code.Alu(AluOperation.And, Mark, QuestionFunction.Argument, OperandWidth.Bits32);
        code.Alu(AluOperation.ShiftRight, QuestionFunction.Argument, 32);
        code.Jump(JumpCondition.Equal, Mark, QuestionFunction.Argument, function.Yes);
    }

    internal static void Emit(PacketMarkSet _, QuestionFunction function)
    {
        function.Code.Alu(AluOperation.Move, Register.R2, QuestionFunction.Argument, OperandWidth.Bits32);
        EmitNewMark(function);
    }

    internal static void Emit(PacketMarkRestored question, QuestionFunction function)
    {
        Assembler code = function.Code;
        code.Load(MemorySize.Byte, Register.R1, QuestionFunction.Key, PacketKey.ConnectionDirection);
        code.Jump(JumpCondition.Equal, Register.R1, (int)ConnectionDirection.None, function.Yes);
        ConnectionMarkEmitter.EmitMark(function);
        code.Move(Register.R2, Register.R1);
        code.Alu(AluOperation.And, Register.R2, QuestionFunction.Argument, OperandWidth.Bits32);
        ConnectionMarkEmitter.EmitShift(code, Register.R2, question.Shift);
        EmitNewMark(function);
    }

    internal static void Emit(PacketPrioritySet _, QuestionFunction function) => EmitNote(function, ChangeSlot.WantsPriority);

    internal static void Emit(SegmentSizeLowered question, QuestionFunction function) =>
        EmitNote(function, question.Size is null ? ChangeSlot.WantsPathSize : ChangeSlot.WantsSegmentSize);

    internal static void Emit(HandedToTarget question, QuestionFunction function) =>
        EmitNote(function, question.Decides ? ChangeSlot.WantsDecision : ChangeSlot.WantsTarget);

    /// <summary>Of the key's mark the bits of the argument's upper half are cleared, and those of R2 flipped.</summary>
    private static void EmitNewMark(QuestionFunction function)
    {
        Assembler code = function.Code;
        code.Load(MemorySize.Word, Mark, QuestionFunction.Key, PacketKey.Mark);
        code.Alu(AluOperation.ShiftRight, QuestionFunction.Argument, 32);
        code.Alu(AluOperation.Xor, QuestionFunction.Argument, -1);
        code.Alu(AluOperation.And, Mark, QuestionFunction.Argument);
        code.Alu(AluOperation.Xor, Mark, Register.R2);
        code.Store(MemorySize.Word, QuestionFunction.Key, PacketKey.Mark, Mark);
        code.Jump(function.Yes);
    }

    /// <summary>The answer is no where there is no room for the note.</summary>
    private static void EmitNote(QuestionFunction function, int what)
    {
        Assembler code = function.Code;
        if (!function.IsTest)
        {
            code.Move(Register.R1, QuestionFunction.Context);
            code.Move(Register.R2, what);
            code.Move(Register.R3, QuestionFunction.Argument);
            function.CallChange();
            code.Jump(JumpCondition.NotEqual, Register.R0, 0, function.No);
        }

        code.Jump(function.Yes);
    }
}

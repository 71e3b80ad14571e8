using MiniFirewall.Asm;
using MiniFirewall.Packets;
using MiniFirewall.Policy.Questions;

namespace MiniFirewall.Compiler.Questions;

/// <summary>Asks for an IPv6 fragment header; the argument is the range of identifications.</summary>
internal static class FragmentHeaderEmitter
{
    private const int ReservedAt = 1, OffsetAt = 2, IdentificationAt = 4;
    private const int ReservedBits = 6, OffsetBits = 0xfff8, MoreBit = 1;

    internal static void Emit(FragmentHeader question, QuestionFunction function)
    {
        Assembler code = function.Code;
        HeaderSearchEmitter.Emit(function, IPv6HeaderNumber.Fragment, function.No, function.No);
        function.EmitRead(HeaderSearchEmitter.Buffer, FragmentHeader.Bytes, HeaderSearchEmitter.Offset, function.No);
        EmitIdentification(question, function);
        if (question.IsReservedZero)
        {
            code.Load(MemorySize.Byte, Register.R1, Register.R10, HeaderSearchEmitter.Buffer + ReservedAt);
            code.Jump(JumpCondition.NotEqual, Register.R1, 0, function.No);
        }

        code.Load(MemorySize.Half, Register.R1, Register.R10, HeaderSearchEmitter.Buffer + OffsetAt);
        code.ToBigEndian(Register.R1, 16);
        int zeros = (question.IsReservedZero ? ReservedBits : 0) | (question.IsFirst ? OffsetBits : 0) | (question.HasMore == false ? MoreBit : 0);
        code.Jump(JumpCondition.Set, Register.R1, zeros, function.No);
        if (question.HasMore == true)
        {
            code.Jump(JumpCondition.Set, Register.R1, MoreBit, function.Yes);
            code.Jump(function.No);
        }

        code.Jump(function.Yes);
    }

    private static void EmitIdentification(FragmentHeader question, QuestionFunction function)
    {
        Assembler code = function.Code;
        Label outside = code.DefineLabel("outside");
        code.Load(MemorySize.Word, Register.R1, Register.R10, HeaderSearchEmitter.Buffer + IdentificationAt);
        code.ToBigEndian(Register.R1, 32);
        code.Alu(AluOperation.Move, Register.R2, QuestionFunction.Argument, OperandWidth.Bits32);
        code.Jump(JumpCondition.Less, Register.R1, Register.R2, question.NotInRange ? outside : function.No);
        code.Move(Register.R2, QuestionFunction.Argument);
        code.Alu(AluOperation.ShiftRight, Register.R2, 32);
        code.Jump(question.NotInRange ? JumpCondition.LessOrEqual : JumpCondition.Greater, Register.R1, Register.R2, function.No);
        code.Mark(outside);
    }
}

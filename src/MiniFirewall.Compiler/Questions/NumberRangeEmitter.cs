using MiniFirewall.Asm;

namespace MiniFirewall.Compiler.Questions;

/// <summary>Compares a number with the range that a question's argument is: its lower half the low end, the upper the high one.</summary>
internal static class NumberRangeEmitter
{
    /// <summary>The whole of what such a question asks, once its bytes are on the stack: yes or no.</summary>
    internal static void Emit(QuestionFunction function, int stack, int bytes, uint mask)
    {
        Assembler code = function.Code;
        MemorySize size = bytes switch { 1 => MemorySize.Byte, 2 => MemorySize.Half, _ => MemorySize.Word };
        code.Load(size, Register.R1, Register.R10, stack);
        if (bytes > 1)
        {
            code.ToBigEndian(Register.R1, bytes * 8);
        }

        code.LoadConstant(Register.R2, mask);
        code.Alu(AluOperation.And, Register.R1, Register.R2);
        EmitCompare(function);
    }

    /// <summary>The number in R1 lies in the range: yes or no.</summary>
    internal static void EmitCompare(QuestionFunction function)
    {
        Assembler code = function.Code;
        code.Move(Register.R2, QuestionFunction.Argument);
        code.Alu(AluOperation.ShiftRight, Register.R2, 32);
        code.Jump(JumpCondition.Greater, Register.R1, Register.R2, function.No);
        code.Alu(AluOperation.Move, Register.R2, QuestionFunction.Argument, OperandWidth.Bits32);
        code.Jump(JumpCondition.Less, Register.R1, Register.R2, function.No);
        code.Jump(function.Yes);
    }
}

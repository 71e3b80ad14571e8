using MiniFirewall.Asm;
using MiniFirewall.Policy.Questions;

namespace MiniFirewall.Compiler.Questions;

/// <summary>Draws a random number.</summary>
internal static class RandomChanceEmitter
{
    internal static void Emit(RandomChance question, QuestionFunction function)
    {
        Assembler code = function.Code;
        EmitNumber(function, Register.R1);
        code.Alu(AluOperation.And, Register.R1, int.MaxValue);
        code.Jump(JumpCondition.Less, Register.R1, QuestionFunction.Argument, function.Yes);
        code.Jump(function.No);
    }

    /// <summary>result = a random number of 32 bits. Loses R0 to R5.</summary>
    internal static void EmitNumber(QuestionFunction function, Register result)
    {
        Assembler code = function.Code;
        if (function.Prologue == PrologueKind.Test)
        {
            code.LoadMapValue(Register.R1, WellKnownMaps.TestInput, TestInputLayout.Chance);
            code.Load(MemorySize.Word, result, Register.R1, 0);
            return;
        }

        code.Call(Helper.GetPrandomU32);
        code.Alu(AluOperation.Move, result, Register.R0, OperandWidth.Bits32);
    }
}

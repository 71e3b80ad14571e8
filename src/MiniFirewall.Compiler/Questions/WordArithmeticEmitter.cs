using MiniFirewall.Asm;
using MiniFirewall.Policy;
using MiniFirewall.Policy.Questions;

namespace MiniFirewall.Compiler.Questions;

/// <summary>Reads words of the packet and computes with them.</summary>
internal static class WordArithmeticEmitter
{
    private const int Number = QuestionFunction.StackTop - 8;
    private const Register Value = Register.R8, At = Register.R9;

    /// <summary>The largest place where a word still begins and ends within 32 bits.</summary>
    private const uint LastPlace = uint.MaxValue - 4;

    internal static void Emit(WordArithmetic arithmetic, QuestionFunction function)
    {
        function.EmitOpen();
        foreach (WordTest test in arithmetic.Tests)
        {
            EmitTest(test, function);
        }

        function.Code.Jump(function.Yes);
    }

    private static void EmitTest(WordTest test, QuestionFunction function)
    {
        Assembler code = function.Code;
        code.Move(At, 0);
        code.LoadConstant(Value, test.Offset);
        EmitWord(function);
        foreach (WordStep step in test.Steps)
        {
            EmitStep(step, function);
        }

        Label holds = code.DefineLabel("holds");
        foreach ((uint low, uint high) in test.Ranges)
        {
            Label next = code.DefineLabel("next range");
            code.LoadConstant(Register.R1, low);
            code.Jump(JumpCondition.Less, Value, Register.R1, next);
            code.LoadConstant(Register.R1, high);
            code.Jump(JumpCondition.LessOrEqual, Value, Register.R1, holds);
            code.Mark(next);
        }

        code.Jump(function.No);
        code.Mark(holds);
    }

    private static void EmitStep(WordStep step, QuestionFunction function)
    {
        Assembler code = function.Code;
        switch (step.Operator)
        {
            case WordOperator.And:
                code.LoadConstant(Register.R1, step.Operand);
                code.Alu(AluOperation.And, Value, Register.R1);
                break;
            case WordOperator.LeftShift:
                code.Alu(AluOperation.ShiftLeft, Value, (int)step.Operand, OperandWidth.Bits32);
                break;
            case WordOperator.RightShift:
                code.Alu(AluOperation.ShiftRight, Value, (int)step.Operand, OperandWidth.Bits32);
                break;
            default:
                code.Alu(AluOperation.Add, At, Value);
                code.LoadConstant(Register.R1, LastPlace);
                code.Jump(JumpCondition.Greater, At, Register.R1, function.No);
                code.LoadConstant(Value, step.Operand);
                code.Alu(AluOperation.Add, Value, At);
                EmitWord(function);
                break;
        }
    }

    /// <summary>value = the word at the offset value. No packet is as long as 31 bits can say.</summary>
    private static void EmitWord(QuestionFunction function)
    {
        Assembler code = function.Code;
        code.Jump(JumpCondition.Greater, Value, int.MaxValue, function.No);
        function.EmitRead(Number, 4, Value, function.No);
        code.Load(MemorySize.Word, Value, Register.R10, Number);
        code.ToBigEndian(Value, 32);
    }
}

using MiniFirewall.Asm;
using MiniFirewall.Policy.Questions;

namespace MiniFirewall.Compiler.Questions;

/// <summary>Adds a packet to a rate estimator, and compares what estimators say.</summary>
internal static class RateEmitters
{
    private const int Length = EstimatorSampling.StackTop - 8, First = Length - 8, Second = First - 8, Argument = Second - 8;

    private const Register Left = Register.R6, Right = Register.R7;

    internal static void Emit(RateCounted question, QuestionFunction function)
    {
        Assembler code = function.Code;
        var sampling = new EstimatorSampling(function);
        sampling.EmitNow();
        code.Load(MemorySize.Word, Register.R1, QuestionFunction.Key, PacketKey.PacketLength);
        code.Store(MemorySize.DoubleWord, Register.R10, Length, Register.R1);
        code.Move(Register.R1, QuestionFunction.Argument);
        sampling.EmitLock(function.Yes);
        sampling.EmitSamples();
        sampling.EmitBegin();
        code.Load(MemorySize.DoubleWord, Register.R1, Register.R10, Length);
        EmitAdd(code, EstimatorLayout.Bytes, Register.R1);
        code.Move(Register.R1, 1);
        EmitAdd(code, EstimatorLayout.Packets, Register.R1);
        sampling.EmitUnlock();
        code.Jump(function.Yes);
    }

    internal static void Emit(RateCompared question, QuestionFunction function)
    {
        Assembler code = function.Code;
        var sampling = new EstimatorSampling(function);
        code.Store(MemorySize.DoubleWord, Register.R10, Argument, QuestionFunction.Argument);
        sampling.EmitNow();
        EmitRead(question, function, sampling, RateCompared.FirstSlotShift, First);
        if (question.IsRelative)
        {
            EmitRead(question, function, sampling, RateCompared.SecondSlotShift, Second);
        }

        EmitSides(question, code);
        code.Jump(question.Order switch { RateOrder.Less => JumpCondition.Less, RateOrder.Greater => JumpCondition.Greater, _ => JumpCondition.Equal }, Left, Right, function.Yes);
        code.Jump(function.No);
    }

    private static void EmitAdd(Assembler code, int at, Register more)
    {
        code.Load(MemorySize.DoubleWord, Register.R2, EstimatorSampling.Estimator, at);
        code.Alu(AluOperation.Add, Register.R2, more);
        code.Store(MemorySize.DoubleWord, EstimatorSampling.Estimator, at, Register.R2);
    }

    /// <summary>Puts the rate of the estimator that the argument names on the stack.</summary>
    private static void EmitRead(RateCompared question, QuestionFunction function, EstimatorSampling sampling, int shift, int to)
    {
        Assembler code = function.Code;
        code.Load(MemorySize.DoubleWord, Register.R1, Register.R10, Argument);
        code.Alu(AluOperation.ShiftRight, Register.R1, shift);
        code.Alu(AluOperation.And, Register.R1, ushort.MaxValue);
        sampling.EmitLock(function.No);
        sampling.EmitSamples();
        code.Load(MemorySize.DoubleWord, Register.R1, EstimatorSampling.Estimator, question.OfBytes ? EstimatorLayout.ByteRate : EstimatorLayout.PacketRate);
        code.Alu(AluOperation.ShiftRight, Register.R1, EstimatorSettings.Fraction);
        code.Store(MemorySize.DoubleWord, Register.R10, to, Register.R1);
        sampling.EmitUnlock();
    }

    private static void EmitSides(RateCompared question, Assembler code)
    {
        code.Load(MemorySize.DoubleWord, Left, Register.R10, First);
        if (question.IsDelta)
        {
            code.LoadConstant(Register.R1, question.FirstNumber);
            EmitBelow(code, Left);
        }

        code.Load(MemorySize.Word, Right, Register.R10, Argument);
        if (!question.IsRelative)
        {
            return;
        }

        code.Move(Register.R1, Right);
        code.Load(MemorySize.DoubleWord, Right, Register.R10, Second);
        if (question.IsDelta)
        {
            EmitBelow(code, Right);
        }
    }

    /// <summary>rate = by how much it is below R1. Loses R1.</summary>
    private static void EmitBelow(Assembler code, Register rate)
    {
        Label isBelow = code.DefineLabel("below");
        code.Alu(AluOperation.Subtract, Register.R1, rate);
        code.Jump(JumpCondition.SignedGreaterOrEqual, Register.R1, 0, isBelow);
        code.Move(Register.R1, 0);
        code.Mark(isBelow);
        code.Move(rate, Register.R1);
    }
}

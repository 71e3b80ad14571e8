using MiniFirewall.Asm;

namespace MiniFirewall.Compiler.Questions;

/// <summary>
/// Takes the samples of a rate estimator (<see cref="EstimatorLayout"/>) that are due: no timer runs, whoever counts or reads makes up for
/// what one would have done (net/core/gen_estimator.c, est_timer). The first of them has what has come; the others have nothing, and are
/// taken one by one, up to <see cref="MostExact"/>; what is left of them is one power.
/// </summary>
internal sealed class EstimatorSampling(QuestionFunction function)
{
    /// <summary>
    /// An average of 64 intervals is at rest after so many empty samples, whatever it was; longer ones that have not been looked at
    /// for so long are then right to a thousandth, or to a millionth of what they were.
    /// </summary>
    internal const int MostExact = 4096;

    /// <summary>The same before Linux 6.9, whose verifier goes through every turn of a loop.</summary>
    internal const int MostExactBefore69 = 32;

    /// <summary>After two to this power empty samples the longest average is at rest.</summary>
    private const int MostBits = 36;

    private const int WordBits = 32;

    /// <summary>What <see cref="EmitLock"/> sets.</summary>
    internal const Register Estimator = Register.R9;

    private const Register ByteRate = Register.R6, PacketRate = Register.R7, Average = Register.R8;
    private const Register Left = Register.R0, Turn = Register.R1;

    private const int Time = QuestionFunction.StackTop - 8, Index = Time - 8;

    /// <summary>The stack from here on is the caller's.</summary>
    internal const int StackTop = Index;

    private readonly Assembler _code = function.Code;

    /// <summary>Remembers what time it is. Loses R0 to R5.</summary>
    internal void EmitNow()
    {
        if (function.IsTest)
        {
            function.LoadTest(MemorySize.DoubleWord, Register.R0, TestInputLayout.Jiffies);
        }
        else
        {
            _code.Call(Helper.Jiffies64);
        }

        _code.Store(MemorySize.DoubleWord, Register.R10, Time, Register.R0);
    }

    /// <summary>Locks the estimator of the slot in R1. Loses R0 to R5.</summary>
    /// <param name="none">Where there is none.</param>
    internal void EmitLock(Label none)
    {
        _code.Store(MemorySize.Word, Register.R10, Index, Register.R1);
        _code.LoadMap(Register.R1, WellKnownMaps.Estimators);
        function.EmitStackAddress(Register.R2, Index);
        _code.Call(Helper.MapLookupElement);
        _code.Jump(JumpCondition.Equal, Register.R0, 0, none);
        _code.Move(Estimator, Register.R0);
        _code.Move(Register.R1, Register.R0);
        _code.Call(Helper.SpinLock);
    }

    /// <summary>Loses R0 to R5.</summary>
    internal void EmitUnlock()
    {
        _code.Move(Register.R1, Estimator);
        _code.Call(Helper.SpinUnlock);
    }

    /// <summary>Takes the samples of the locked estimator. Loses R0 to R8.</summary>
    internal void EmitSamples()
    {
        Label done = _code.DefineLabel("sampled"), write = _code.DefineLabel("write rates");
        _code.Load(MemorySize.DoubleWord, Register.R3, Estimator, EstimatorLayout.Next);
        _code.Jump(JumpCondition.Equal, Register.R3, 0, done);
        _code.Load(MemorySize.DoubleWord, Left, Register.R10, Time);
        _code.Alu(AluOperation.Subtract, Left, Register.R3);
        _code.Jump(JumpCondition.SignedLess, Left, 0, done);
        EmitFirst();
        EmitNext();
        EmitEmptyOnes(write);
        EmitPower(write);
        _code.Mark(write);
        _code.Store(MemorySize.DoubleWord, Estimator, EstimatorLayout.ByteRate, ByteRate);
        _code.Store(MemorySize.DoubleWord, Estimator, EstimatorLayout.PacketRate, PacketRate);
        _code.Mark(done);
    }

    /// <summary>The first packet starts the time. Loses R1 and R2.</summary>
    internal void EmitBegin()
    {
        Label isBegun = _code.DefineLabel("is begun");
        _code.Load(MemorySize.DoubleWord, Register.R1, Estimator, EstimatorLayout.Next);
        _code.Jump(JumpCondition.NotEqual, Register.R1, 0, isBegun);
        _code.Load(MemorySize.DoubleWord, Register.R1, Register.R10, Time);
        _code.Load(MemorySize.Word, Register.R2, Estimator, EstimatorLayout.Period);
        _code.Alu(AluOperation.Add, Register.R1, Register.R2);
        _code.Store(MemorySize.DoubleWord, Estimator, EstimatorLayout.Next, Register.R1);
        _code.Mark(isBegun);
    }

    private void EmitFirst()
    {
        _code.Load(MemorySize.Word, Average, Estimator, EstimatorLayout.AverageLog);
        _code.Load(MemorySize.Word, Register.R4, Estimator, EstimatorLayout.Shift);
        EmitFirst(ByteRate, EstimatorLayout.ByteRate, EstimatorLayout.Bytes);
        EmitFirst(PacketRate, EstimatorLayout.PacketRate, EstimatorLayout.Packets);
    }

    private void EmitFirst(Register rate, int from, int came)
    {
        _code.Load(MemorySize.DoubleWord, rate, Estimator, from);
        _code.Load(MemorySize.DoubleWord, Register.R2, Estimator, came);
        _code.StoreImmediate(MemorySize.DoubleWord, Estimator, came, 0);
        _code.Alu(AluOperation.ShiftLeft, Register.R2, Register.R4);
        _code.Alu(AluOperation.ShiftRight, Register.R2, Average);
        _code.Move(Register.R5, rate);
        _code.Alu(AluOperation.ShiftRight, Register.R5, Average);
        _code.Alu(AluOperation.Subtract, rate, Register.R5);
        _code.Alu(AluOperation.Add, rate, Register.R2);
    }

    /// <summary>Left = the samples beside the first; the time of the next is behind them.</summary>
    private void EmitNext()
    {
        _code.Load(MemorySize.Word, Register.R4, Estimator, EstimatorLayout.Period);
        _code.Alu(AluOperation.Divide, Left, Register.R4);
        _code.Move(Register.R2, Left);
        _code.Alu(AluOperation.Add, Register.R2, 1);
        _code.Alu(AluOperation.Multiply, Register.R2, Register.R4);
        _code.Alu(AluOperation.Add, Register.R3, Register.R2);
        _code.Store(MemorySize.DoubleWord, Estimator, EstimatorLayout.Next, Register.R3);
    }

    /// <summary>Goes to <paramref name="write"/> where none is left, or rates do not move any more.</summary>
    private void EmitEmptyOnes(Label write)
    {
        Label again = _code.DefineLabel("next sample"), few = _code.DefineLabel("few samples"), taken = _code.DefineLabel("samples taken");
        _code.Move(Turn, Left);
        _code.Jump(JumpCondition.LessOrEqual, Turn, MostExact, few);
        _code.Move(Turn, MostExact);
        _code.Mark(few);
        _code.Alu(AluOperation.Subtract, Left, Turn);
        _code.Store(MemorySize.DoubleWord, Estimator, EstimatorLayout.Turns, Turn);
        _code.Load(MemorySize.DoubleWord, Turn, Estimator, EstimatorLayout.Turns);
        _code.Mark(again);
        _code.MayGoto(taken, MostExactBefore69, Register.R2, Register.R3, Register.R4, Register.R5);
        _code.Jump(JumpCondition.Equal, Turn, 0, taken);
        _code.Alu(AluOperation.Subtract, Turn, 1);
        _code.Move(Register.R2, ByteRate);
        _code.Alu(AluOperation.ShiftRight, Register.R2, Average);
        _code.Move(Register.R3, PacketRate);
        _code.Alu(AluOperation.ShiftRight, Register.R3, Average);
        _code.Alu(AluOperation.Subtract, ByteRate, Register.R2);
        _code.Alu(AluOperation.Subtract, PacketRate, Register.R3);
        _code.Alu(AluOperation.Or, Register.R2, Register.R3);
        _code.Jump(JumpCondition.NotEqual, Register.R2, 0, again);
        _code.Jump(write);
        _code.Mark(taken);
        _code.Alu(AluOperation.Add, Left, Turn);
        _code.Jump(JumpCondition.Equal, Left, 0, write);
    }

    /// <summary>Rates times one less a part in two to the power of the average, to the power of what is left: in parts of 2^32, by squaring.</summary>
    private void EmitPower(Label write)
    {
        const Register Factor = Register.R1, Power = Register.R2, Whole = Register.R5;
        Label again = _code.DefineLabel("next bit"), done = _code.DefineLabel("power"), isWithin = _code.DefineLabel("within");
        _code.LoadConstant(Factor, 1UL << MostBits);
        _code.Jump(JumpCondition.LessOrEqual, Left, Factor, isWithin);
        _code.Move(Left, Factor);
        _code.Mark(isWithin);
        _code.LoadConstant(Whole, 1UL << WordBits);
        _code.Move(Factor, Whole);
        _code.Move(Register.R3, Whole);
        _code.Alu(AluOperation.ShiftRight, Register.R3, Average);
        _code.Alu(AluOperation.Subtract, Factor, Register.R3);
        _code.Move(Power, Whole);
        _code.Alu(AluOperation.Subtract, Power, 1);
        _code.Mark(again);
        _code.MayGoto(done, MostBits + 1, Register.R3, Register.R4);
        _code.Jump(JumpCondition.Equal, Left, 0, done);
        _code.Move(Register.R3, Left);
        _code.Alu(AluOperation.And, Register.R3, 1);
        _code.Move(Register.R4, Factor);
        _code.Alu(AluOperation.Subtract, Register.R4, Whole);
        _code.Alu(AluOperation.Multiply, Register.R4, Register.R3);
        _code.Alu(AluOperation.Add, Register.R4, Whole);
        EmitTimes(Power, Register.R4);
        _code.Move(Register.R4, Factor);
        EmitTimes(Factor, Register.R4);
        _code.Alu(AluOperation.ShiftRight, Left, 1);
        _code.Jump(again);
        _code.Mark(done);
        EmitScale(ByteRate, Power);
        EmitScale(PacketRate, Power);
        _code.Jump(write);
    }

    private void EmitTimes(Register number, Register factor)
    {
        _code.Alu(AluOperation.Multiply, number, factor);
        _code.Alu(AluOperation.ShiftRight, number, WordBits);
    }

    /// <summary>A rate never falls below what its samples cannot move any more.</summary>
    private void EmitScale(Register rate, Register power)
    {
        const Register Scaled = Register.R3, Rest = Register.R4;
        Label isAbove = _code.DefineLabel("above rest"), isScaled = _code.DefineLabel("scaled");
        _code.Move(Scaled, rate);
        _code.Alu(AluOperation.ShiftRight, Scaled, WordBits);
        _code.Alu(AluOperation.Multiply, Scaled, power);
        _code.Alu(AluOperation.Move, Rest, rate, OperandWidth.Bits32);
        EmitTimes(Rest, power);
        _code.Alu(AluOperation.Add, Scaled, Rest);
        _code.Move(Rest, 1);
        _code.Alu(AluOperation.ShiftLeft, Rest, Average);
        _code.Alu(AluOperation.Subtract, Rest, 1);
        _code.Jump(JumpCondition.GreaterOrEqual, rate, Rest, isAbove);
        _code.Move(Rest, rate);
        _code.Mark(isAbove);
        _code.Move(rate, Scaled);
        _code.Jump(JumpCondition.GreaterOrEqual, rate, Rest, isScaled);
        _code.Move(rate, Rest);
        _code.Mark(isScaled);
    }
}

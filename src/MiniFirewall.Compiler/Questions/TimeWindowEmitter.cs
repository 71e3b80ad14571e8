using MiniFirewall.Asm;
using MiniFirewall.Policy.Questions;

namespace MiniFirewall.Compiler.Questions;

/// <summary>
/// Asks what time it is. Programs of the Netfilter hooks may read TAI, which follows every step of the clock, but not UTC. The
/// seconds between the two are the difference of two offsets that each processor keeps for its timers; every task has a
/// timer, and it leads to those of a processor. They are refreshed with the processor's timers, and leap seconds are rare.
/// </summary>
internal sealed class TimeWindowEmitter(TimeWindow window, QuestionFunction function)
{
    private const Register Now = Register.R9, Second = Register.R1, Day = Register.R1;
    private const int NanosecondsPerSecond = 1_000_000_000;
    private const int SecondsPerDay = (int)TimeWindow.SecondsPerDay;

    /// <summary>Clocks of hrtimers (include/linux/hrtimer_defs.h, enum hrtimer_base_type).</summary>
    private const int RealTime = 1, AtomicTime = 3;

    private readonly Assembler _code = function.Code;

    internal static void Emit(TimeWindow window, QuestionFunction function) => new TimeWindowEmitter(window, function).Emit();

    private void Emit()
    {
        EmitNow();
        if (window.IsLocal)
        {
            _code.Alu(AluOperation.Multiply, QuestionFunction.Argument, 60);
            _code.Alu(AluOperation.Subtract, Now, QuestionFunction.Argument);
        }

        _code.LoadConstant(Register.R1, window.DateStart);
        _code.Jump(JumpCondition.Less, Now, Register.R1, function.No);
        _code.LoadConstant(Register.R1, window.DateStop);
        _code.Jump(JumpCondition.Greater, Now, Register.R1, function.No);
        EmitDaytime();
        EmitWeekDay();
        EmitMonthDay();
        _code.Jump(function.Yes);
    }

    /// <summary>now = seconds from 1970 on, UTC.</summary>
    private void EmitNow()
    {
        if (function.Prologue == PrologueKind.Test)
        {
            _code.LoadMapValue(Register.R1, WellKnownMaps.TestInput, TestInputLayout.Time);
            _code.Load(MemorySize.DoubleWord, Now, Register.R1, 0);
            return;
        }

        _code.Call(Helper.KtimeGetTaiNs);
        _code.Move(Now, Register.R0);
        _code.Call(Helper.GetCurrentTaskBtf);
        _code.LoadMember(MemorySize.DoubleWord, Register.R0, Register.R0, "task_struct", "dl.dl_timer.base");
        _code.LoadMember(MemorySize.DoubleWord, Register.R0, Register.R0, "hrtimer_clock_base", "cpu_base");
        EmitOffset(Register.R1, AtomicTime);
        EmitOffset(Register.R2, RealTime);
        _code.Alu(AluOperation.Subtract, Register.R1, Register.R2);
        _code.Alu(AluOperation.Subtract, Now, Register.R1);
        _code.Alu(AluOperation.Divide, Now, NanosecondsPerSecond);
    }

    /// <summary>result = how far a clock is before the monotonic one, in nanoseconds.</summary>
    private void EmitOffset(Register result, int clock) => _code.LoadElement(
        MemorySize.DoubleWord, result, Register.R0, new KernelElementReference("hrtimer_cpu_base", "clock_base", clock, "hrtimer_clock_base", "offset"));

    private void EmitDaytime()
    {
        int start = (int)window.DayStart, stop = (int)window.DayStop;
        Label isInDay = _code.DefineLabel("in day");
        _code.Move(Second, Now);
        _code.Alu(AluOperation.Modulo, Second, SecondsPerDay);
        if (start < stop)
        {
            _code.Jump(JumpCondition.Less, Second, start, function.No);
            _code.Jump(JumpCondition.Greater, Second, stop, function.No);
        }
        else
        {
            Label isLate = _code.DefineLabel("late");
            _code.Jump(JumpCondition.GreaterOrEqual, Second, start, isLate);
            _code.Jump(JumpCondition.Greater, Second, stop, function.No);
            _code.Mark(isLate);
        }

        if (window.IsContiguous)
        {
            _code.Jump(JumpCondition.Greater, Second, stop, isInDay);
            _code.Alu(AluOperation.Subtract, Now, SecondsPerDay);
        }

        _code.Mark(isInDay);
    }

    /// <summary>1970 began on a Thursday.</summary>
    private void EmitWeekDay()
    {
        if (window.WeekDays == TimeWindow.AllWeekDays)
        {
            return;
        }

        EmitDays();
        _code.Alu(AluOperation.Add, Day, 3);
        _code.Alu(AluOperation.Modulo, Day, 7);
        _code.Alu(AluOperation.Add, Day, 1);
        EmitRequireBit(window.WeekDays);
    }

    /// <summary>
    /// The day of the month, by arithmetic over the 400 years after which the calendar repeats, each of which begins on a first of
    /// March: then the leap day is the last one of a year.
    /// </summary>
    private void EmitMonthDay()
    {
        const int DaysToFirstEra = 719_468, DaysPerEra = 146_097;
        if (window.MonthDays == TimeWindow.AllMonthDays)
        {
            return;
        }

        EmitDays();
        _code.Alu(AluOperation.Add, Day, DaysToFirstEra);
        _code.Alu(AluOperation.Modulo, Day, DaysPerEra);

        // The year of the era: without the leap days that are over, years have 365 days.
        _code.Move(Register.R2, Day);
        EmitQuotient(AluOperation.Subtract, Day, 1460);
        EmitQuotient(AluOperation.Add, Day, 36_524);
        EmitQuotient(AluOperation.Subtract, Day, DaysPerEra - 1);
        _code.Alu(AluOperation.Divide, Register.R2, 365);

        // The day of the year.
        _code.Move(Register.R4, Register.R2);
        _code.Alu(AluOperation.Multiply, Register.R2, 365);
        EmitQuotient(AluOperation.Add, Register.R4, 4);
        EmitQuotient(AluOperation.Subtract, Register.R4, 100);
        _code.Alu(AluOperation.Subtract, Day, Register.R2);

        // Five months from March on have 153 days.
        _code.Move(Register.R2, Day);
        _code.Alu(AluOperation.Multiply, Register.R2, 5);
        _code.Alu(AluOperation.Add, Register.R2, 2);
        _code.Alu(AluOperation.Divide, Register.R2, 153);
        _code.Alu(AluOperation.Multiply, Register.R2, 153);
        _code.Alu(AluOperation.Add, Register.R2, 2);
        _code.Alu(AluOperation.Divide, Register.R2, 5);
        _code.Alu(AluOperation.Subtract, Day, Register.R2);
        _code.Alu(AluOperation.Add, Day, 1);
        EmitRequireBit(window.MonthDays);
    }

    /// <summary>day = days from 1970 on.</summary>
    private void EmitDays()
    {
        _code.Move(Day, Now);
        _code.Alu(AluOperation.Divide, Day, SecondsPerDay);
    }

    /// <summary>Adds a quotient to R2, or subtracts it. Loses R3.</summary>
    private void EmitQuotient(AluOperation operation, Register dividend, int divisor)
    {
        _code.Move(Register.R3, dividend);
        _code.Alu(AluOperation.Divide, Register.R3, divisor);
        _code.Alu(operation, Register.R2, Register.R3);
    }

    private void EmitRequireBit(uint bits)
    {
        _code.LoadConstant(Register.R2, bits);
        _code.Alu(AluOperation.ShiftRight, Register.R2, Day);
        _code.Alu(AluOperation.And, Register.R2, 1);
        _code.Jump(JumpCondition.Equal, Register.R2, 0, function.No);
    }
}

using MiniFirewall.Packets;

namespace MiniFirewall.Policy.Questions;

/// <summary>It is a certain time (net/netfilter/xt_time.c). Seconds count from 1970 on, those of a day from midnight on.</summary>
/// <param name="DateStart">The first second.</param>
/// <param name="DateStop">The last second.</param>
/// <param name="DayStart">The first second of a day, 0 to 86399.</param>
/// <param name="DayStop">The last second of a day; where it is not behind the first, the time goes over midnight.</param>
/// <param name="MonthDays">Bit n for day n of a month, 1 to 31.</param>
/// <param name="WeekDays">Bit n for day n of a week, 1 Monday to 7 Sunday.</param>
/// <param name="IsLocal">Seconds are counted in the kernel's time zone (sys_tz), else in UTC.</param>
/// <param name="IsContiguous">A time that goes over midnight belongs to the day on which it began.</param>
public sealed record TimeWindow(
    uint DateStart, uint DateStop, uint DayStart, uint DayStop, uint MonthDays, byte WeekDays, bool IsLocal, bool IsContiguous) : Question
{
    public const uint AllMonthDays = 0xfffffffe;
    public const byte AllWeekDays = 0xfe;
    public const uint LastSecond = SecondsPerDay - 1;
    public const uint SecondsPerDay = 86400;

    /// <summary>How far the kernel's time zone is west of UTC, in minutes, as the compiler knows it.</summary>
    public int MinutesWest { get; init; }

    public override Question Code => this with { MinutesWest = 0 };

    public override bool NeedsPlace => IsLocal;

    public override ulong Argument => (ulong)MinutesWest;

    /// <summary>The last second that dates can be (INT_MAX).</summary>
    public const uint LastDate = int.MaxValue;

    public override bool Ask(Packet packet)
    {
        long now = packet.Time - (IsLocal ? 60L * packet.MinutesWest : 0);
        if (now < DateStart || now > DateStop)
        {
            return false;
        }

        uint second = (uint)(now % SecondsPerDay);
        if (DayStart < DayStop)
        {
            if (second < DayStart || second > DayStop)
            {
                return false;
            }
        }
        else
        {
            if (second < DayStart && second > DayStop)
            {
                return false;
            }

            if (IsContiguous && second <= DayStop)
            {
                now -= SecondsPerDay;
            }
        }

        return IsOnDay(now);
    }

    private bool IsOnDay(long now)
    {
        DateTimeOffset date = DateTimeOffset.FromUnixTimeSeconds(now);
        int weekDay = date.DayOfWeek == DayOfWeek.Sunday ? 7 : (int)date.DayOfWeek;
        return (WeekDays & (1 << weekDay)) != 0 && (MonthDays & (1u << date.Day)) != 0;
    }
}

using System.Globalization;

namespace MiniFirewall.Rules.Values;

/// <summary>Dates and times of -m time in upstream's spelling (libxt_time.c).</summary>
internal static class TimeText
{
    internal static readonly string[] DayNames = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];

    /// <summary>hh:mm:ss of a second of the day.</summary>
    internal static string Daytime(uint second) =>
        string.Create(CultureInfo.InvariantCulture, $"{second / 3600:00}:{second / 60 % 60:00}:{second % 60:00}");

    /// <summary>The date and time of a second from 1970 on, UTC.</summary>
    /// <param name="separator">What stands between date and time.</param>
    internal static string Date(uint second, char separator) =>
        DateTimeOffset.FromUnixTimeSeconds(second).ToString($"yyyy-MM-dd'{separator}'HH:mm:ss", CultureInfo.InvariantCulture);

    /// <summary>The days of a month that bits 1 to 31 stand for.</summary>
    /// <param name="ordinals">With st, nd, rd and th, each by the last digit alone, as upstream has it: 11st.</param>
    internal static string MonthDays(uint days, bool ordinals) =>
        string.Join(',', Enumerable.Range(1, 31).Where(day => (days & (1u << day)) != 0).Select(day => ordinals ? $"{day}{Ordinal(day)}" : $"{day}"));

    /// <summary>The days of a week that bits 1 to 7 stand for.</summary>
    internal static string WeekDays(byte days) =>
        string.Join(',', Enumerable.Range(1, 7).Where(day => (days & (1 << day)) != 0).Select(day => DayNames[day - 1][..3]));

    private static string Ordinal(int day) => (day % 10) switch { 1 => "st", 2 => "nd", 3 => "rd", _ => "th" };
}

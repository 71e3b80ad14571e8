using System.Globalization;
using MiniFirewall.Rules.Diagnostics;
using MiniFirewall.Rules.Grammar;
using MiniFirewall.Rules.Text;

namespace MiniFirewall.Rules.Values;

/// <summary>Readers of dates, times and days. Numbers are decimal, with leading zeros or without.</summary>
internal static class TimeReaders
{
    private const int FirstYear = 1970, LastYear = 2038;

    /// <summary>YYYY[-MM[-DD[Thh[:mm[:ss]]]]], UTC, as seconds from 1970 on.</summary>
    internal static bool Date(Word word, ReadContext context, out uint second)
    {
        second = 0;
        string[] halves = word.Text.Split('T');
        string[] day = halves[0].Split('-');
        string[] time = halves.Length == 2 ? halves[1].Split(':') : [];
        int[] numbers = [.. day.Concat(time).Select(Number)];
        bool isShaped = halves.Length <= 2 && day.Length <= 3 && time.Length <= 3 && (halves.Length == 1 || day.Length == 3);
        if (!isShaped || numbers[0] is < FirstYear or > LastYear || Array.Exists(numbers, number => number < 0)
            || At(numbers, 1, 1) is < 1 or > 12 || At(numbers, 3, 0) > 23 || At(numbers, 4, 0) > 59 || At(numbers, 5, 0) > 59)
        {
            context.Diagnostics.Report(
                ErrorCodes.BadTime, word, $"{Show.Word(word.Text)} is not a date",
                $"YYYY[-MM[-DD[Thh[:mm[:ss]]]]] in UTC, from {FirstYear} to {LastYear}, such as 2030-12-24T18:00");
            return false;
        }

        int lastDay = DateTime.DaysInMonth(numbers[0], At(numbers, 1, 1));
        if (At(numbers, 2, 1) is var dayOfMonth && (dayOfMonth < 1 || dayOfMonth > lastDay))
        {
            context.Diagnostics.Report(ErrorCodes.BadTime, word, $"{halves[0]} is no day", $"this month's days are 1 to {lastDay}");
            return false;
        }

        var date = new DateTimeOffset(
            numbers[0], At(numbers, 1, 1), dayOfMonth, At(numbers, 3, 0), At(numbers, 4, 0), At(numbers, 5, 0), TimeSpan.Zero);
        second = (uint)date.ToUnixTimeSeconds();
        return true;
    }

    /// <summary>hh:mm[:ss] as seconds from midnight on.</summary>
    internal static bool Daytime(Word word, ReadContext context, out uint second)
    {
        int[] numbers = [.. word.Text.Split(':').Select(Number)];
        second = 0;
        if (numbers.Length is < 2 or > 3 || numbers[0] is < 0 or > 23 || numbers[1] is < 0 or > 59 || At(numbers, 2, 0) is < 0 or > 59)
        {
            context.Diagnostics.Report(ErrorCodes.BadTime, word, $"{Show.Word(word.Text)} is not a time of day", "hh:mm[:ss] from 00:00 to 23:59:59");
            return false;
        }

        second = (uint)((numbers[0] * 3600) + (numbers[1] * 60) + At(numbers, 2, 0));
        return true;
    }

    /// <summary>A comma list of 1 to 31, as bits.</summary>
    internal static bool MonthDays(Word word, ReadContext context, out uint days)
    {
        days = 0;
        foreach (Word item in word.Split(','))
        {
            if (!NumberReaders.TryReadDecimal(item, context, "day of a month", 1, 31, out uint day))
            {
                return false;
            }

            days |= 1u << (int)day;
        }

        return true;
    }

    /// <summary>A comma list of 1 (Monday) to 7, or of days' names, of which two letters are enough, as bits.</summary>
    internal static bool WeekDays(Word word, ReadContext context, out uint days)
    {
        days = 0;
        foreach (Word item in word.Split(','))
        {
            int day = NumberText.TryParse(item.Text, out ulong number)
                ? number is >= 1 and <= 7 ? (int)number : 0
                : 1 + Array.FindIndex(TimeText.DayNames, name => item.Text.Length >= 2 && name.StartsWith(item.Text, StringComparison.Ordinal));
            if (day == 0)
            {
                context.Diagnostics.Report(
                    ErrorCodes.BadTime, item, $"{Show.Word(item.Text)} is not a day of the week", "Mon, Tue, Wed, Thu, Fri, Sat, Sun, or 1 for Monday to 7");
                return false;
            }

            days |= 1u << day;
        }

        return true;
    }

    private static int At(int[] numbers, int index, int unsaid) => index < numbers.Length ? numbers[index] : unsaid;

    /// <summary>A number of up to four digits; -1 for anything else.</summary>
    private static int Number(string text) =>
        text.Length <= 4 && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : -1;
}

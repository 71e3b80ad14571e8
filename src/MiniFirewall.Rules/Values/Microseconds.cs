using System.Buffers;
using System.Globalization;
using MiniFirewall.Rules.Diagnostics;
using MiniFirewall.Rules.Grammar;
using MiniFirewall.Rules.Text;

namespace MiniFirewall.Rules.Values;

/// <summary>Short times: a number, with a fraction where wanted, and s, ms or us; without a unit us (libxt_RATEEST.c, RATEEST_get_time).</summary>
internal static class Microseconds
{
    private static readonly SearchValues<char> Digits = SearchValues.Create("0123456789.");

    private const long Second = 1000000, Millisecond = 1000;

    private static readonly (string Unit, long Factor)[] Units =
    [
        ("", 1), ("s", Second), ("sec", Second), ("secs", Second), ("ms", Millisecond), ("msec", Millisecond), ("msecs", Millisecond),
        ("us", 1), ("usec", 1), ("usecs", 1),
    ];

    internal static bool Read(Word word, ReadContext context, out long time)
    {
        int end = word.Text.AsSpan().IndexOfAnyExcept(Digits);
        string number = end < 0 ? word.Text : word.Text[..end], unit = end < 0 ? "" : word.Text[end..];
        long factor = Units.FirstOrDefault(entry => entry.Unit.Equals(unit, StringComparison.OrdinalIgnoreCase)).Factor;
        bool read = double.TryParse(number, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double value) && factor > 0
            && value * factor <= uint.MaxValue;
        time = read ? (long)(value * factor) : 0;
        if (!read)
        {
            context.Diagnostics.Report(ErrorCodes.BadNumber, word, $"{Show.Word(word.Text)} is not a time", "such as 0.5s, 250ms or 800us");
        }

        return read;
    }

    /// <summary>In seconds or milliseconds with one digit behind the point, or in microseconds.</summary>
    internal static string Print(long time) => time switch
    {
        >= Second => string.Create(CultureInfo.InvariantCulture, $"{time / (double)Second:F1}s"),
        >= Millisecond => string.Create(CultureInfo.InvariantCulture, $"{time / (double)Millisecond:F1}ms"),
        _ => $"{time}us",
    };
}

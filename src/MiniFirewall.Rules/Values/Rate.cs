using MiniFirewall.Rules.Diagnostics;
using MiniFirewall.Rules.Grammar;
using MiniFirewall.Rules.Text;

namespace MiniFirewall.Rules.Values;

/// <summary>
/// A rate as the kernel is given it: the time from one packet to the next, in parts of a second (libxt_limit.c, libxt_hashlimit.c).
/// </summary>
internal static class Rate
{
    /// <summary>Units by their printed names, the longest first, with their seconds.</summary>
    private static readonly (string Name, ulong Seconds)[] Units = [("day", 86400), ("hour", 3600), ("min", 60), ("sec", 1)];

    private static readonly (string Name, ulong Seconds)[] Words = [("second", 1), ("minute", 60), ("hour", 3600), ("day", 86400)];

    /// <summary>N or N/UNIT, where a unit may be shortened: the period in parts of a second, and the unit's seconds.</summary>
    internal static ValueReader<(ulong Period, ulong Seconds)> Reader(ulong scale)
    {
        return Read;

        bool Read(Word word, ReadContext context, out (ulong Period, ulong Seconds) rate)
        {
            rate = default;
            Word[] parts = [.. word.Split('/')];
            string unit = parts.Length == 2 ? parts[1].Text : "second";
            ulong seconds = unit.Length == 0 ? 0 : Words.FirstOrDefault(entry => entry.Name.StartsWith(unit, StringComparison.OrdinalIgnoreCase)).Seconds;
            if (parts.Length > 2 || seconds == 0 || !NumberText.TryParse(parts[0].Text, out ulong count) || count == 0
                || parts[0].Text.Contains('x', StringComparison.OrdinalIgnoreCase))
            {
                Report(word, context, "is not a rate", "a number and a unit, such as 5/second, 5/minute, 5/hour or 5/day");
                return false;
            }

            rate = (scale * seconds / count, seconds);
            if (rate.Period == 0)
            {
                context.Diagnostics.Words = null;
                Report(word, context, "is too fast", $"up to {scale}/second", Convention.Usage($"Rate too fast \"{word.Text}\""));
            }

            return rate.Period > 0;
        }
    }

    /// <summary>
    /// "N/UNIT", and the unit's seconds: in the unit that upstream chooses where that reads back as the same period, else in the
    /// shortest that does, or upstream's where none is exact.
    /// </summary>
    internal static string Print(ulong period, ulong scale, out ulong seconds)
    {
        (string Name, ulong Seconds) unit = Choose(period, scale);
        if (!IsExact(unit.Seconds))
        {
            unit = Units.Reverse().FirstOrDefault(other => IsExact(other.Seconds), unit);
        }

        seconds = unit.Seconds;
        return $"{seconds * scale / period}/{unit.Name}";

        bool IsExact(ulong length) => length * scale >= period && length * scale / (length * scale / period) == period;
    }

    /// <summary>The longest unit that says the period well enough.</summary>
    private static (string Name, ulong Seconds) Choose(ulong period, ulong scale)
    {
        int i = 1;
        while (i < Units.Length && period <= Units[i].Seconds * scale && Units[i].Seconds * scale / period >= Units[i].Seconds * scale % period)
        {
            i++;
        }

        return Units[i - 1];
    }

    private static void Report(Word word, ReadContext context, string message, string help, Convention? convention = null) =>
        context.Diagnostics.Report(ErrorCodes.BadNumber, word, $"{Show.Word(word.Text)} {message}", help, convention);
}

using MiniFirewall.Rules.Diagnostics;
using MiniFirewall.Rules.Grammar;
using MiniFirewall.Rules.Text;

namespace MiniFirewall.Rules.Values;

/// <summary>Readers of numbers of up to 64 bits, and of ranges of them.</summary>
internal static class LongNumberReaders
{
    /// <summary>A number up to <paramref name="most"/>.</summary>
    internal static ValueReader<ulong> Number(string what, ulong most = ulong.MaxValue)
    {
        return Read;

        bool Read(Word word, ReadContext context, out ulong value) => TryRead(word, context, what, most, out value);
    }

    /// <summary>N, LOW:HIGH, LOW: or :HIGH (xtoptions.c, xtopt_parse_mint).</summary>
    /// <param name="isOpen">N alone is LOW:, not N:N.</param>
    internal static ValueReader<LongRange> Range(string what, ulong most, bool isOpen = false)
    {
        return Read;

        bool Read(Word word, ReadContext context, out LongRange range)
        {
            range = default;
            Word[] ends = [.. word.Split(':')];
            ulong low = 0, high = most;
            if (ends.Length == 1)
            {
                bool read = TryRead(word, context, what, most, out low);
                range = new LongRange(low, isOpen ? most : low);
                return read;
            }

            if (!RangeEnds.AreTwo(word, ends, context)
                || (ends[0].Text.Length > 0 && !TryRead(ends[0], context, what, most, out low))
                || (ends[1].Text.Length > 0 && !TryRead(ends[1], context, what, most, out high)))
            {
                return false;
            }

            range = new LongRange(low, high);
            if (low > high)
            {
                context.Diagnostics.Report(
                    ErrorCodes.BadRange, word, $"the range {Show.Word(word.Text)} ends before it begins", $"write {high}:{low}");
            }

            return low <= high;
        }
    }

    private static bool TryRead(Word word, ReadContext context, string what, ulong most, out ulong value)
    {
        value = 0;
        if (NumberText.IsAmbiguous(word.Text))
        {
            context.Diagnostics.Report(
                ErrorCodes.BadNumber, word, $"{Show.Word(word.Text)} begins with a zero, which iptables reads as octal",
                "write the number without the zero");
            return false;
        }

        if (!NumberText.TryParse(word.Text, out value) || value > most)
        {
            context.Diagnostics.Report(ErrorCodes.BadNumber, word, $"{Show.Word(word.Text)} is not a {what}", $"a number from 0 to {most}");
            return false;
        }

        return true;
    }
}

using MiniFirewall.Rules.Diagnostics;
using MiniFirewall.Rules.Grammar;
using MiniFirewall.Rules.Text;

namespace MiniFirewall.Rules.Values;

/// <summary>An inclusive range of 32-bit numbers.</summary>
public readonly record struct WideRange(uint Low, uint High)
{
    public static WideRange All => new(0, uint.MaxValue);

    /// <summary>"LOW", or "LOW:HIGH" where they differ.</summary>
    public override string ToString() => Low == High ? $"{Low}" : $"{Low}:{High}";

    /// <summary>N, LOW:HIGH, LOW: or :HIGH, up to <paramref name="most"/> (libxtables xtoptions.c, xtopt_parse_mint).</summary>
    internal static ValueReader<WideRange> Reader(string what, uint most = uint.MaxValue)
    {
        return Read;

        bool Read(Word word, ReadContext context, out WideRange range)
        {
            Word[] ends = [.. word.Split(':')];
            uint low = 0, high = most;
            bool isRead = ends.Length == 1
                ? TryReadEnd(word, context, out low) && TryReadEnd(word, context, out high)
                : RangeEnds.AreTwo(word, ends, context)
                    && (ends[0].Text.Length == 0 || TryReadEnd(ends[0], context, out low))
                    && (ends[1].Text.Length == 0 || TryReadEnd(ends[1], context, out high));
            range = new WideRange(low, high);
            return isRead && IsInOrder(word, range, context);
        }

        bool TryReadEnd(Word end, ReadContext context, out uint number) => NumberReaders.TryRead(end, context, what, 0, most, out number);
    }

    private static bool IsInOrder(Word word, WideRange range, ReadContext context)
    {
        if (range.Low <= range.High)
        {
            return true;
        }

        context.Diagnostics.Report(
            ErrorCodes.BadRange, word, $"the range {Show.Word(word.Text)} ends before it begins", $"write {range.High}:{range.Low}");
        return false;
    }
}

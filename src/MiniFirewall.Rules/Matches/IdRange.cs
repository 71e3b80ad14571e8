using MiniFirewall.Rules.Diagnostics;
using MiniFirewall.Rules.Grammar;
using MiniFirewall.Rules.Names;
using MiniFirewall.Rules.Text;
using MiniFirewall.Rules.Values;

namespace MiniFirewall.Rules.Matches;

/// <summary>Users or groups from low to high.</summary>
public sealed record IdRange(uint Low, uint High, bool Negated)
{
    // The kernel's number for nobody at all (INVALID_UID_VALUE) is one more.
    private const uint Highest = uint.MaxValue - 1;

    public override string ToString() => Low == High ? $"{Low}" : $"{Low}-{High}";

    /// <summary>NAME, N, LOW-HIGH or LOW:HIGH; a name counts first (libxt_owner.c, owner_parse_range).</summary>
    internal static ValueReader<IdRange> Reader(string what, Func<NetworkNames, NumberNames> names)
    {
        return Read;

        bool Read(Word word, ReadContext context, out IdRange range)
        {
            range = new IdRange(0, 0, false);
            if (names(context.Names).TryGet(word.Text, out uint number))
            {
                range = new IdRange(number, number, false);
                return true;
            }

            Word[] ends = [.. word.Split(word.Text.Contains(':', StringComparison.Ordinal) ? ':' : '-')];
            if (word.Text.Length == 0 || !char.IsAsciiDigit(word.Text[0]) || ends.Length > 2)
            {
                context.Diagnostics.Report(
                    ErrorCodes.UnknownName, word, $"{Show.Word(word.Text)} is not a {what} of this machine",
                    Nearest.HintOr(word.Text, names(context.Names).Names, "a name, a number or LOW-HIGH of numbers"));
                return false;
            }

            if (!NumberReaders.TryRead(ends[0], context, $"{what}'s number", 0, Highest, out uint low)
                || !NumberReaders.TryRead(ends[^1], context, $"{what}'s number", 0, Highest, out uint high))
            {
                return false;
            }

            range = new IdRange(low, high, false);
            if (low > high)
            {
                context.Diagnostics.Words = null;
                context.Diagnostics.Report(ErrorCodes.BadRange, word, $"the range {Show.Word(word.Text)} ends before it begins", $"write {high}-{low}", Convention.InvalidArgument);
            }

            return low <= high;
        }
    }

    /// <summary>The name where it is one number that has one, else as <see cref="ToString"/>.</summary>
    internal string Text(NumberNames names, bool isNumeric) => (isNumeric || Low != High ? null : names.NameOf(Low)) ?? ToString();
}

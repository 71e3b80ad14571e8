using MiniFirewall.Rules.Diagnostics;
using MiniFirewall.Rules.Grammar;
using MiniFirewall.Rules.Text;

namespace MiniFirewall.Rules.Values;

/// <summary>What every LOW:HIGH must keep to.</summary>
internal static class RangeEnds
{
    /// <param name="convention">What iptables says, where it is not what it says of ports.</param>
    internal static bool AreTwo(Word word, Word[] ends, ReadContext context, Convention? convention = null)
    {
        if (ends.Length == 2)
        {
            return true;
        }

        context.Diagnostics.Report(
            ErrorCodes.BadRange, context.Diagnostics.Words is null ? word : ends[1], $"{Show.Word(word.Text)} has more than one ':'", "write LOW:HIGH",
            convention ?? Convention.Usage($"invalid port/service `{word.Text[(ends[0].Text.Length + 1)..]}' specified"));
        return false;
    }

    internal static bool AreInOrder(Word word, NumberRange range, ReadContext context) => AreInOrder(word, range.Low, range.High, context);

    /// <param name="convention">What iptables says, where it is not what it says of ports.</param>
    internal static bool AreInOrder(Word word, uint low, uint high, ReadContext context, Convention? convention = null)
    {
        if (low <= high)
        {
            return true;
        }

        context.Diagnostics.Report(
            ErrorCodes.BadRange, word, $"the range {Show.Word(word.Text)} ends before it begins", $"write {high}:{low}",
            convention ?? Convention.Usage("invalid portrange (min > max)"));
        return false;
    }
}

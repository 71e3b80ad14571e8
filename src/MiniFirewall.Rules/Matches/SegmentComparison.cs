using MiniFirewall.Policy.Questions;
using MiniFirewall.Rules.Language;
using MiniFirewall.Rules.Values;

namespace MiniFirewall.Rules.Matches;

/// <summary>A number of a segment routing header compared with others, all of which must hold; null where not asked.</summary>
public readonly record struct SegmentComparison(AskedNumber? Equal, AskedNumber? Greater, AskedNumber? Less)
{
    /// <summary>False where it compares with more than one number: iptables has room for one.</summary>
    internal bool HasOneNumber
    {
        get
        {
            uint? one = (Equal ?? Greater ?? Less)?.Value;
            return (Equal?.Value ?? one) == one && (Greater?.Value ?? one) == one && (Less?.Value ?? one) == one;
        }
    }

    /// <param name="name">The option's beginning, without dashes.</param>
    internal void Print(RuleTextWriter writer, string name)
    {
        Equal?.Print(writer, $"--srh-{name}-eq");
        Greater?.Print(writer, $"--srh-{name}-gt");
        Less?.Print(writer, $"--srh-{name}-lt");
    }

    internal void List(RuleTextWriter writer, string name)
    {
        Equal?.List(writer, $"{name}-eq");
        Greater?.List(writer, $"{name}-gt");
        Less?.List(writer, $"{name}-lt");
    }

    internal IEnumerable<SegmentNumberTest> Tests(SegmentNumber number)
    {
        if (Equal is { } equal)
        {
            yield return new SegmentNumberTest(number, equal.Test);
        }

        if (Greater is { } greater)
        {
            yield return new SegmentNumberTest(number, new NumberTest(greater.Value + 1, uint.MaxValue, greater.Negated));
        }

        if (Less is { } less)
        {
            // Nothing is below zero: a range that ends before it begins.
            NumberTest below = less.Value == 0 ? new NumberTest(1, 0, less.Negated) : new NumberTest(0, less.Value - 1, less.Negated);
            yield return new SegmentNumberTest(number, below);
        }
    }
}

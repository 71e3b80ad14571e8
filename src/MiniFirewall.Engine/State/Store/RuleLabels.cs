using System.Collections.Immutable;
using MiniFirewall.Rules.Model;

namespace MiniFirewall.Engine.State.Store;

/// <summary>
/// Labels that tell the order of a chain's rules, with room between them and at both ends, so that a rule can be put anywhere
/// without touching another.
/// </summary>
internal static class RuleLabels
{
    private const uint Middle = 1u << 31, Widest = 1u << 16;

    /// <summary>Labels for all rules, in the rule set's order; each chain begins anew.</summary>
    internal static uint[] Spread(RuleSet rules)
    {
        var labels = new uint[rules.Chains.Sum(chain => chain.Rules.Length)];
        int at = 0;
        foreach (ImmutableArray<Rule> list in rules.Chains.Select(chain => chain.Rules))
        {
            uint step = Math.Min(Widest, (1u << 31) / ((uint)list.Length + 1));
            uint label = Middle - ((uint)list.Length / 2 * step);
            for (int i = 0; i < list.Length; i++)
            {
                labels[at++] = label;
                label += step;
            }
        }

        return labels;
    }

    /// <summary>Labels between two, growing; null where there is no room.</summary>
    /// <param name="low">Of the rule before; 0 where there is none.</param>
    /// <param name="high">Of the rule behind; <see cref="uint.MaxValue"/> where there is none.</param>
    /// <param name="count">How many: at least one.</param>
    internal static uint[]? Between(uint low, uint high, int count)
    {
        uint step = (high - low) / ((uint)count + 1);
        if (step == 0)
        {
            return null;
        }

        uint narrow = Math.Min(step, Widest);
        (uint first, uint by) = (low, high) switch
        {
            (0, uint.MaxValue) => (Middle, narrow),
            (0, _) => (high - (narrow * (uint)count), narrow),
            (_, uint.MaxValue) => (low + narrow, narrow),
            _ => (low + step, step),
        };
        return [.. Enumerable.Range(0, count).Select(i => first + ((uint)i * by))];
    }
}

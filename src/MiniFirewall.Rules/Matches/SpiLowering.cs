using System.Collections.Immutable;
using MiniFirewall.Policy;
using MiniFirewall.Rules.Values;

namespace MiniFirewall.Rules.Matches;

/// <summary>The compiled meaning that ah, esp and ipcomp share.</summary>
internal static class SpiLowering
{
    /// <summary>Requires the index to lie in the range; nothing where every index does. The header is known to be there.</summary>
    internal static void Lower(ImmutableArray<Step>.Builder steps, Question inRange, SpiRange spis)
    {
        if (spis != SpiRange.All)
        {
            steps.Add(new Require(new QuestionTest(inRange, spis.Negated)));
        }
    }
}

using MiniFirewall.Packets;
using MiniFirewall.Rules.Model;

namespace MiniFirewall.Engine.Counting;

/// <summary>A place in a rule set that has a counter.</summary>
/// <param name="Rule">Null for a built-in chain's policy.</param>
/// <param name="Number">The rule's place in the chain, counted over both families from 1; 0 for the policy.</param>
public sealed record CountedPlace(Chain Chain, Rule? Rule, int Number, Family Family)
{
    /// <summary>The counters that the rule set's text gave the place, if any.</summary>
    internal Counters? Given => Rule is null ? Chain.PolicyOf(Family).Counters : Rule.Counters;
}

using System.Collections.Immutable;
using MiniFirewall.Rules.Model;

namespace MiniFirewall.Verbs;

/// <summary>Rule sets with a chain changed.</summary>
internal static class RuleSetEdit
{
    internal static RuleSet WithRules(this RuleSet set, Chain chain, ImmutableArray<Rule> rules) => set.With(chain.Name, chain with { Rules = rules });

    internal static RuleSet With(this RuleSet set, string name, Chain changed) =>
        set with { Chains = [.. set.Chains.Select(chain => chain.Name == name ? changed : chain)] };

    /// <summary>A rule that is put among those in force counts from zero, also where it is equal to one that was there.</summary>
    internal static Rule Fresh(this Rule rule) => rule with { Counters = rule.Counters ?? default(Counters) };
}

using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using MiniFirewall.Engine.State.Store;
using MiniFirewall.Packets;
using MiniFirewall.Rules.Lowering;
using MiniFirewall.Rules.Model;

namespace MiniFirewall.Engine.Counting;

/// <summary>Tells the lowering which counter each rule and policy has. Rules are told apart by reference: equal rules have counters of their own.</summary>
internal sealed class CounterIndexes : ICounterIndexes
{
    private readonly Dictionary<Rule, RuleSlots> _rules;
    private readonly Dictionary<Chain, RuleSlots> _policies = new(ReferenceEqualityComparer.Instance);

    /// <param name="policies">A chain each.</param>
    /// <param name="slots">A rule each, in the rule set's order.</param>
    internal CounterIndexes(RuleSet rules, ImmutableArray<RuleSlots> policies, ImmutableArray<RuleSlots> slots)
    {
        _rules = new(slots.Length, ByReference.Instance);
        int next = 0;
        for (int i = 0; i < rules.Chains.Length; i++)
        {
            _policies.Add(rules.Chains[i], policies[i]);
            foreach (Rule rule in rules.Chains[i].Rules)
            {
                _rules.Add(rule, slots[next++]);
            }
        }
    }

    public int OfRule(Chain chain, Rule rule, Family family) => _rules[rule].Of(family);

    public int OfPolicy(Chain chain, Family family) => _policies[chain].Of(family);

    private sealed class ByReference : IEqualityComparer<Rule>
    {
        internal static ByReference Instance { get; } = new();

        public bool Equals(Rule? x, Rule? y) => ReferenceEquals(x, y);

        public int GetHashCode(Rule rule) => RuntimeHelpers.GetHashCode(rule);
    }
}

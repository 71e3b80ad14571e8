using System.Collections.Immutable;
using System.Text;
using MiniFirewall.Packets;
using MiniFirewall.Rules.Language;
using MiniFirewall.Rules.Model;
using MiniFirewall.Rules.Names;
using MiniFirewall.Rules.Sets;

namespace MiniFirewall.Engine.State.Store;

/// <summary>Rules of a store, read back: those of one chain, or some of any.</summary>
internal static class StoredChainRules
{
    /// <summary>Those in force that hold for the family; null where they cannot be read without the others, as where one names a host.</summary>
    internal static IReadOnlyList<(Rule Rule, RuleSlots Slots)>? Read(RuleStore store, int chain, Family family, ImmutableArray<NamedSet> sets)
    {
        StoredRule[] stored = [.. store.RulesOf(chain).Where(rule => rule.Families.Has(family))];
        ReadResult result = RuleSetReader.Read("rules in force", TextOf(store, stored), OptionsFor(sets));
        return result.Rules?.Find(store.Chains[chain].Chain.Name)?.Rules is { } rules && rules.Length == stored.Length
            ? [.. rules.Zip(stored, (rule, place) => (rule.For(place.Families), store.SlotsOf(place)))]
            : null;
    }

    /// <summary>These rules, of whatever chains, in their order, in force or not; null where some cannot be read without others.</summary>
    internal static IReadOnlyList<Rule>? Read(RuleStore store, IReadOnlyList<StoredRule> stored, ImmutableArray<NamedSet> sets)
    {
        ReadResult result = RuleSetReader.Read("rules in force", TextOf(store, stored), OptionsFor(sets));
        if (result.Rules is not { } read)
        {
            return null;
        }

        Dictionary<int, Queue<Rule>> left = stored.Select(rule => rule.Chain).Distinct().ToDictionary(chain => chain, chain => new Queue<Rule>(read.Find(store.Chains[chain].Chain.Name)?.Rules ?? []));
        return stored.Count == left.Values.Sum(rules => rules.Count) ? [.. stored.Select(rule => left[rule.Chain].Dequeue().For(rule.Families))] : null;
    }

    private static ReadOptions OptionsFor(ImmutableArray<NamedSet> sets) => new()
    {
        Resolver = NameTable.Empty,
        Sets = sets,
        Cgroups = SystemCgroups.Instance,
        TakesLacking = true,
    };

    private static string TextOf(RuleStore store, IEnumerable<StoredRule> rules)
    {
        var text = new StringBuilder("*filter\n");
        foreach (Chain declared in store.Chains.Select(other => other.Chain).Where(other => !other.IsBuiltIn))
        {
            text.Append($":{declared.Name} - [0:0]\n");
        }

        foreach (StoredRule rule in rules)
        {
            text.Append($"-A {store.Chains[rule.Chain].Chain.Name} {Encoding.UTF8.GetString(store.TextOf(rule))}\n");
        }

        return text.Append("COMMIT\n").ToString();
    }
}

using System.Collections.Immutable;
using MiniFirewall.Engine.State.Store;
using MiniFirewall.Rules.Model;
using MiniFirewall.Rules.Sets;

namespace MiniFirewall.Engine.Commit;

/// <summary>The rules of a store that name what is beside them (<see cref="NamingTexts"/>).</summary>
internal static class NamingRules
{
    /// <summary>Those of a store at an epoch, and no others; null where they cannot be read by themselves.</summary>
    internal static RuleSet? Read(RuleStore store, ImmutableArray<NamedSet> sets, uint epoch)
    {
        var found = new List<StoredRule>();
        for (int chain = 0; chain < store.Chains.Length; chain++)
        {
            found.AddRange(store.NamingRulesOf(chain, epoch));
        }

        return Read(store, sets, found);
    }

    /// <summary>These rules; null where they cannot be read without others.</summary>
    internal static RuleSet? Read(RuleStore store, ImmutableArray<NamedSet> sets, IReadOnlyList<StoredRule> stored)
    {
        if (stored.Count == 0)
        {
            return RuleSet.Empty;
        }

        if (StoredChainRules.Read(store, stored, sets) is not { } rules)
        {
            return null;
        }

        ILookup<int, Rule> byChain = stored.Zip(rules).ToLookup(pair => pair.First.Chain, pair => pair.Second);
        return new([.. store.Chains.Select((chain, i) => chain.Chain with { Rules = [.. byChain[i]] })]) { Sets = sets };
    }
}

using System.Collections.Immutable;
using MiniFirewall.Engine.Counting;
using MiniFirewall.Packets;
using MiniFirewall.Rules.Model;
using MiniFirewall.Rules.Sets;

namespace MiniFirewall.Engine.State.Store;

/// <summary>A store's chains, of which one has its rules: no other rule's text is read.</summary>
internal static class StoredOneChain
{
    /// <summary>The chain has those of its rules that hold for the family; null where they cannot be read without the others.</summary>
    internal static StoredRuleSet? Read(RuleStore store, int chain, Family family, ImmutableArray<NamedSet> sets)
    {
        if (StoredChainRules.Read(store, chain, family, sets) is not { } rules)
        {
            return null;
        }

        Chain[] chains = [.. store.Chains.Select(stored => stored.WithPolicies(store.ChangedPolicies))];
        chains[chain] = chains[chain] with { Rules = [.. rules.Select(entry => entry.Rule)] };
        var slots = ImmutableArray.CreateBuilder<int>();
        var kept = ImmutableArray.CreateBuilder<bool>();
        for (int i = 0; i < chains.Length; i++)
        {
            if (chains[i].IsBuiltIn)
            {
                Add(store.Chains[i].Policies, FamilySet.Both);
            }

            foreach ((Rule rule, RuleSlots places) in i == chain ? rules : [])
            {
                Add(places, rule.Families);
            }
        }

        return new(RuleSet.Empty with { Chains = [.. chains], Sets = sets }, slots.DrainToImmutable(), kept.DrainToImmutable());

        void Add(RuleSlots places, FamilySet families)
        {
            foreach (Family one in CountedPlaces.Families.Where(one => families.Has(one)))
            {
                slots.Add(places.Of(one));
                kept.Add(places.IsKept(one));
            }
        }
    }
}

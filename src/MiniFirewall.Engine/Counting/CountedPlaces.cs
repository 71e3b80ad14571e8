using System.Collections.Immutable;
using MiniFirewall.Engine.State.Store;
using MiniFirewall.Packets;
using MiniFirewall.Rules.Model;

namespace MiniFirewall.Engine.Counting;

/// <summary>Lists the places of a rule set that have counters, always in the same order.</summary>
internal static class CountedPlaces
{
    internal static readonly ImmutableArray<Family> Families = [Family.IPv4, Family.IPv6];

    internal static ImmutableArray<CountedPlace> Of(RuleSet rules)
    {
        var places = ImmutableArray.CreateBuilder<CountedPlace>();
        foreach (Chain chain in rules.Chains)
        {
            if (chain.IsBuiltIn)
            {
                Add(places, chain, null, 0, FamilySet.Both);
            }

            for (int i = 0; i < chain.Rules.Length; i++)
            {
                Add(places, chain, chain.Rules[i], i + 1, chain.Rules[i].Families);
            }
        }

        return places.DrainToImmutable();
    }

    /// <summary>The keys of the places, in their order.</summary>
    /// <param name="lines">The texts of the same rule set.</param>
    internal static ImmutableArray<CounterKey> KeysOf(RuleSet rules, RuleLines lines)
    {
        var keys = new CounterKeys();
        int next = 0;
        foreach (Chain chain in rules.Chains)
        {
            ulong name = CounterKeys.HashOf(chain.Name);
            if (chain.IsBuiltIn)
            {
                AddKeys(keys, name, FamilySet.Both, null, goesOn: true);
            }

            foreach (Rule rule in chain.Rules)
            {
                AddKeys(keys, name, rule.Families, lines.Hashes[next++], goesOn: rule.Counters is null);
            }
        }

        return keys.ToImmutable();
    }

    /// <summary>A hash of which places there are in which order: of equal ones, the same slots belong to the same rules.</summary>
    /// <param name="lines">The texts of the same rule set.</param>
    internal static ulong OrderOf(RuleSet rules, RuleLines lines)
    {
        ulong order = 0;
        int next = 0;
        foreach (Chain chain in rules.Chains)
        {
            order = TextHash.Mix(TextHash.Mix(order, CounterKeys.HashOf(chain.Name)), chain.IsBuiltIn ? 1u : 0);
            foreach (Rule rule in chain.Rules)
            {
                order = TextHash.Mix(TextHash.Mix(order, lines.Hashes[next++]), (ulong)rule.Families);
            }
        }

        return order;
    }

    /// <summary>The slots of places, a chain's policies and a rule each.</summary>
    internal static (ImmutableArray<RuleSlots> Policies, ImmutableArray<RuleSlots> Rules) SlotsOf(RuleSet rules, SlotPlan plan)
    {
        var policies = ImmutableArray.CreateBuilder<RuleSlots>(rules.Chains.Length);
        var slots = ImmutableArray.CreateBuilder<RuleSlots>();
        int next = 0;
        RuleSlots Take(FamilySet families)
        {
            (int slot, bool kept) v4 = families.Has(Family.IPv4) ? (plan.Slots[next], plan.Kept[next++]) : default;
            (int slot, bool kept) v6 = families.Has(Family.IPv6) ? (plan.Slots[next], plan.Kept[next++]) : default;
            return new RuleSlots(v4.slot, v6.slot, v4.kept, v6.kept);
        }

        foreach (Chain chain in rules.Chains)
        {
            policies.Add(chain.IsBuiltIn ? Take(FamilySet.Both) : default);
            foreach (Rule rule in chain.Rules)
            {
                slots.Add(Take(rule.Families));
            }
        }

        return (policies.MoveToImmutable(), slots.DrainToImmutable());
    }

    private static void Add(ImmutableArray<CountedPlace>.Builder places, Chain chain, Rule? rule, int number, FamilySet families)
    {
        foreach (Family family in Families)
        {
            if (families.Has(family))
            {
                places.Add(new CountedPlace(chain, rule, number, family));
            }
        }
    }

    /// <param name="goesOn">The place may go on with the counters of an equal one.</param>
    private static void AddKeys(CounterKeys keys, ulong chain, FamilySet families, ulong? text, bool goesOn)
    {
        foreach (Family family in Families)
        {
            if (families.Has(family))
            {
                if (goesOn)
                {
                    keys.Add(chain, family, text);
                }
                else
                {
                    keys.AddNew();
                }
            }
        }
    }
}

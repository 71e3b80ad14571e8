using System.Collections.Immutable;
using MiniFirewall.Packets;
using MiniFirewall.Policy;
using MiniFirewall.Rules.Diagnostics;
using MiniFirewall.Rules.Model;
using MiniFirewall.Rules.Text;

namespace MiniFirewall.Rules.Reading;

/// <summary>A chain while commands still change it.</summary>
internal sealed class ChainDraft(Chain start)
{
    internal string Name => start.Name;

    internal bool IsBuiltIn => start.IsBuiltIn;

    internal FamilySet Families { get; set; } = start.Families;

    internal RuleList Rules { get; } = [.. start.Rules.Select(rule => new PlacedRule(rule, default))];

    internal ChainPolicy PolicyV4 { get; private set; } = start.PolicyV4;

    internal ChainPolicy PolicyV6 { get; private set; } = start.PolicyV6;

    internal void SetPolicy(FamilySet families, ChainPolicy policy)
    {
        PolicyV4 = families.Has(Family.IPv4) ? policy : PolicyV4;
        PolicyV6 = families.Has(Family.IPv6) ? policy : PolicyV6;
    }

    internal void SetCounters(FamilySet families, Counters? counters)
    {
        PolicyV4 = families.Has(Family.IPv4) ? PolicyV4 with { Counters = counters } : PolicyV4;
        PolicyV6 = families.Has(Family.IPv6) ? PolicyV6 with { Counters = counters } : PolicyV6;
    }

    /// <summary>Takes families away from a rule; the rule goes where none is left.</summary>
    internal void Remove(RuleList.Place place, FamilySet families)
    {
        PlacedRule placed = Rules[place];
        FamilySet left = placed.Rule.Families & ~families;
        if (left == FamilySet.None)
        {
            Rules.Remove(place);
        }
        else
        {
            Rules[place] = placed with { Rule = placed.Rule.For(left) };
        }
    }

    /// <summary>Puts rules before the one at a place, or at the end, the first of them first.</summary>
    internal void Insert(RuleList.Place? place, IReadOnlyList<PlacedRule> rules)
    {
        for (int i = 0; i < rules.Count; i++)
        {
            if (place is { } there)
            {
                place = Rules.Insert(there, rules[rules.Count - 1 - i]);
            }
            else
            {
                Rules.Add(rules[i]);
            }
        }
    }

    internal void Clear(FamilySet families)
    {
        if (Rules.Count(families) > 0)
        {
            Rewrite(placed => Without(placed, families) is { } left ? [left] : []);
        }
    }

    /// <summary>Has the rules start at zero for these families; those that hold for another one too are parted.</summary>
    internal void Zero(FamilySet families)
    {
        SetCounters(families, default(Counters));
        Rewrite(placed => (placed.Rule.Families & families) == FamilySet.None ? [placed]
            : [AtZero(placed, families), .. Without(placed, families) is { } left ? [left] : Array.Empty<PlacedRule>()]);
    }

    /// <summary>As <see cref="Zero(FamilySet)"/>, for one rule.</summary>
    internal void Zero(RuleList.Place place, FamilySet families)
    {
        PlacedRule placed = Rules[place];
        if (Without(placed, families) is { } left)
        {
            Rules[place] = left;
            Rules.Insert(place, AtZero(placed, families));
        }
        else
        {
            Rules[place] = AtZero(placed, families);
        }
    }

    private static PlacedRule AtZero(PlacedRule placed, FamilySet families) =>
        placed with { Rule = placed.Rule with { Families = placed.Rule.Families & families, Counters = default(Counters) } };

    /// <summary>What is left of a rule without these families; null where nothing is.</summary>
    private static PlacedRule? Without(PlacedRule placed, FamilySet families)
    {
        FamilySet left = placed.Rule.Families & ~families;
        return left == placed.Rule.Families ? placed
            : left == FamilySet.None ? null
            : placed with { Rule = placed.Rule.For(left) };
    }

    private void Rewrite(Func<PlacedRule, PlacedRule[]> change)
    {
        List<PlacedRule> rules = [.. Rules.SelectMany(change)];
        Rules.Clear();
        rules.ForEach(Rules.Add);
    }

    internal Chain ToChain(ImmutableArray<Rule> rules) => start with
    {
        Families = Families,
        Rules = rules,
        PolicyV4 = PolicyV4,
        PolicyV6 = PolicyV6,
    };
}

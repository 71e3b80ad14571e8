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

    internal List<PlacedRule> Rules { get; } = [.. start.Rules.Select(rule => new PlacedRule(rule, default))];

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

    /// <summary>The list's index of the rule that has this number, from 1, among those of the families; or -1.</summary>
    internal int IndexOf(FamilySet families, ulong number)
    {
        ulong seen = 0;
        for (int i = 0; i < Rules.Count; i++)
        {
            if ((Rules[i].Rule.Families & families) != FamilySet.None && ++seen == number)
            {
                return i;
            }
        }

        return -1;
    }

    /// <summary>How many rules there are of the families.</summary>
    internal int Count(FamilySet families) => Rules.Count(placed => (placed.Rule.Families & families) != FamilySet.None);

    /// <summary>Takes families away from a rule; the rule goes where none is left.</summary>
    internal void Remove(int index, FamilySet families)
    {
        FamilySet left = Rules[index].Rule.Families & ~families;
        if (left == FamilySet.None)
        {
            Rules.RemoveAt(index);
        }
        else
        {
            Rules[index] = Rules[index] with { Rule = Rules[index].Rule with { Families = left } };
        }
    }

    internal void Clear(FamilySet families)
    {
        List<PlacedRule> left = [.. Rules
            .Select(placed => placed with { Rule = placed.Rule with { Families = placed.Rule.Families & ~families } })
            .Where(placed => placed.Rule.Families != FamilySet.None)];
        Rules.Clear();
        Rules.AddRange(left);
    }

    internal Chain ToChain(ImmutableArray<Rule> rules) => start with
    {
        Families = Families,
        Rules = rules,
        PolicyV4 = PolicyV4,
        PolicyV6 = PolicyV6,
    };
}

using MiniFirewall.Packets;
using MiniFirewall.Rules.Model;

namespace MiniFirewall.Rules.Listing;

/// <summary>A rule as one family sees it.</summary>
/// <param name="Number">Its number among the family's, from 1.</param>
/// <param name="Place">Its number among all rules of the chain, from 1.</param>
public readonly record struct ViewedRule(Rule Rule, int Number, int Place);

/// <summary>What iptables (IPv4) or ip6tables (IPv6) sees of a rule set: the chains and rules of its family, user chains by name.</summary>
public sealed class FamilyView
{
    private readonly RuleSet _rules;
    private readonly Family _family;

    public FamilyView(RuleSet rules, Family family)
    {
        ArgumentNullException.ThrowIfNull(rules);
        _rules = rules;
        _family = family;
        IEnumerable<Chain> seen = rules.Chains.Where(chain => chain.Families.Has(family));
        Chains = [.. seen.Where(chain => chain.IsBuiltIn), .. seen.Where(chain => !chain.IsBuiltIn).OrderBy(chain => chain.Name, StringComparer.Ordinal)];
    }

    public IReadOnlyList<Chain> Chains { get; }

    /// <summary>The rules of a chain that hold for the family.</summary>
    public IEnumerable<ViewedRule> RulesOf(Chain chain)
    {
        ArgumentNullException.ThrowIfNull(chain);
        int number = 0;
        for (int i = 0; i < chain.Rules.Length; i++)
        {
            if (chain.Rules[i].Families.Has(_family))
            {
                yield return new ViewedRule(chain.Rules[i], ++number, i + 1);
            }
        }
    }

    /// <summary>How many rules go to a chain.</summary>
    public int ReferencesTo(Chain chain)
    {
        ArgumentNullException.ThrowIfNull(chain);
        return _rules.Chains.Sum(other => other.Rules.Count(rule =>
            rule.Families.Has(_family) && rule.Target is JumpTarget jump && jump.Chain == chain.Name));
    }
}

using System.Collections.Immutable;
using MiniFirewall.Packets;
using MiniFirewall.Rules.Model;

namespace MiniFirewall.Rules.Reading;

/// <summary>
/// -E: gives a chain another name, for some families, and has the rules that go to it go to the new name. What is of both
/// families and renamed for one parts in two. Every rule and chain that is named anew is another one for who counts, so it
/// is given what it has counted.
/// </summary>
/// <param name="counted">What a rule of a chain has counted: the chain, its number from 1, its family.</param>
internal sealed class ChainRenaming(FamilySet families, string from, string to, Func<Chain, int, Family, Counters>? counted)
{
    internal RuleSet Of(RuleSet rules) => rules with { Chains = [.. rules.Chains.SelectMany(Of).GroupBy(chain => chain.Name).Select(Together)] };

    /// <summary>Two chains of one name are of one family each, so their rules do not mind each other.</summary>
    private static Chain Together(IEnumerable<Chain> chains) => chains.Aggregate((first, second) => first with
    {
        Families = first.Families | second.Families,
        Rules = [.. first.Rules, .. second.Rules],
    });

    private IEnumerable<Chain> Of(Chain chain)
    {
        var all = chain.Rules.Select((rule, i) => (Rule: rule, Number: i + 1)).ToList();
        if (chain.Name != from)
        {
            yield return chain with { Rules = [.. all.SelectMany(entry => Retargeted(chain, entry.Rule, entry.Number))] };
            yield break;
        }

        if ((chain.Families & ~families) is not FamilySet.None and var stays)
        {
            yield return chain with { Families = stays, Rules = Only(all.Select(entry => entry.Rule), stays) };
        }

        IEnumerable<Rule> moved = Only(all.Select(entry => Counted(chain, entry.Rule, entry.Number)), families);
        yield return chain with { Name = to, Families = chain.Families & families, Rules = [.. moved.Select(Retarget)] };
    }

    private IEnumerable<Rule> Retargeted(Chain chain, Rule rule, int number)
    {
        FamilySet changes = rule.Families & families, stays = rule.Families & ~families;
        if (rule.Target is not JumpTarget jump || jump.Chain != from || changes == FamilySet.None)
        {
            return [rule];
        }

        Rule changed = Retarget(Counted(chain, rule, number)) with { Families = changes };
        return stays == FamilySet.None ? [changed] : [changed, rule with { Families = stays }];
    }

    private Rule Retarget(Rule rule) => rule.Target is JumpTarget jump && jump.Chain == from ? rule with { Target = jump with { Chain = to } } : rule;

    private Rule Counted(Chain chain, Rule rule, int number) => rule with
    {
        Counters = counted?.Invoke(chain, number, families.Has(Family.IPv4) ? Family.IPv4 : Family.IPv6),
    };

    private static ImmutableArray<Rule> Only(IEnumerable<Rule> rules, FamilySet families) =>
        [.. rules.Where(rule => (rule.Families & families) != FamilySet.None).Select(rule => rule with { Families = rule.Families & families })];
}

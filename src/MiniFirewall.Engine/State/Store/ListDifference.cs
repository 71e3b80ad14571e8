using System.Collections.Immutable;
using MiniFirewall.Compiler;
using MiniFirewall.Packets;
using MiniFirewall.Rules.Model;

namespace MiniFirewall.Engine.State.Store;

/// <summary>How two rule sets differ that are the same but for a few neighbouring rules of one chain.</summary>
/// <param name="Chain">The chain's index.</param>
/// <param name="First">The index of the first rule that ends, and of the first that begins.</param>
/// <param name="Ended">How many end.</param>
/// <param name="Begun">Those that begin in their place.</param>
internal sealed record ListDifference(int Chain, int First, int Ended, ImmutableArray<Rule> Begun)
{
    /// <summary>The chain's name.</summary>
    internal required string ChainName { get; init; }

    /// <summary>The families of all rules that end or begin.</summary>
    internal required FamilySet Families { get; init; }

    /// <summary>
    /// The chain's list is a long one, of one family at least: then programs of the other are worth being made for changes too, so that
    /// the next rule of both need load none.
    /// </summary>
    internal required bool IsOfLongList { get; init; }

    /// <summary>Null where they are the same, or differ in more. Rules are the same where they are the same objects.</summary>
    /// <param name="after">Made of <paramref name="before"/>, whose chains and rules it has where they stay.</param>
    internal static ListDifference? TryFind(RuleSet before, RuleSet after)
    {
        if (before.Sets != after.Sets || before.ConnectionSettings != after.ConnectionSettings || before.Chains.Length != after.Chains.Length)
        {
            return null;
        }

        int[] changed = [.. Enumerable.Range(0, before.Chains.Length).Where(i => !ReferenceEquals(before.Chains[i], after.Chains[i]))];
        return changed is [var chain] && IsSameButRules(before.Chains[chain], after.Chains[chain]) ? Between(chain, before.Chains[chain], after.Chains[chain].Rules) : null;
    }

    private static bool IsSameButRules(Chain before, Chain after) =>
        before.Name == after.Name && before.Hook == after.Hook && before.Families == after.Families && before.PolicyV4 == after.PolicyV4 && before.PolicyV6 == after.PolicyV6;

    /// <summary>What the lists have in common at both ends stays.</summary>
    private static ListDifference? Between(int index, Chain chain, ImmutableArray<Rule> after)
    {
        ImmutableArray<Rule> before = chain.Rules;
        int most = Math.Min(before.Length, after.Length), start = 0, end = 0;
        while (start < most && ReferenceEquals(before[start], after[start]))
        {
            start++;
        }

        while (end < most - start && ReferenceEquals(before[^(end + 1)], after[^(end + 1)]))
        {
            end++;
        }

        ImmutableArray<Rule> begun = after[start..^end];
        IEnumerable<Rule> different = before[start..^end].Concat(begun);
        return start == before.Length && start == after.Length ? null : new(index, start, before.Length - start - end, begun)
        {
            ChainName = chain.Name,
            Families = different.Aggregate(FamilySet.None, (families, rule) => families | rule.Families),
            IsOfLongList = before.Length > ProgramSetCompiler.LongestStraightList,
        };
    }
}

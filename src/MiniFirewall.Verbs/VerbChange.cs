using System.Collections.Immutable;
using MiniFirewall.Packets;
using MiniFirewall.Rules.Model;

namespace MiniFirewall.Verbs;

/// <summary>What a verb makes of a rule set.</summary>
/// <param name="Rules">The rule set afterwards; the same object where nothing changes.</param>
/// <param name="Message">What was done, for the one who typed.</param>
/// <param name="Before">The rule set that it was made of.</param>
public sealed record VerbChange(RuleSet Before, RuleSet Rules, string Message)
{
    public bool ChangesNothing => ReferenceEquals(Before, Rules);

    /// <summary>
    /// The rules, chains and policies that come ("+ ") and go ("- "), as lines of the rule language; a rule of one family says so where
    /// its text does not.
    /// </summary>
    public ImmutableArray<string> Lines()
    {
        var lines = ImmutableArray.CreateBuilder<string>();
        foreach (Chain chain in Rules.Chains)
        {
            Chain? before = Before.Find(chain.Name);
            if (before is null)
            {
                lines.Add($"+ -N {chain.Name}");
            }
            else if (before.PolicyV4.Verdict != chain.PolicyV4.Verdict || before.PolicyV6.Verdict != chain.PolicyV6.Verdict)
            {
                lines.Add($"+ -P {chain.Name} {(ChainTail.Closes(chain) ? "DROP" : "ACCEPT")}");
            }

            Compare(lines, chain.Name, before?.Rules ?? [], chain.Rules);
        }

        return lines.ToImmutable();
    }

    /// <summary>What two lists have in common at both ends stays.</summary>
    private static void Compare(ImmutableArray<string>.Builder lines, string chain, ImmutableArray<Rule> before, ImmutableArray<Rule> after)
    {
        int start = 0, most = Math.Min(before.Length, after.Length);
        while (start < most && before[start].Equals(after[start]))
        {
            start++;
        }

        int end = 0;
        while (end < most - start && before[^(end + 1)].Equals(after[^(end + 1)]))
        {
            end++;
        }

        for (int at = start; at < before.Length - end; at++)
        {
            lines.Add($"- -D {chain} {Text(before[at])}");
        }

        for (int at = start; at < after.Length - end; at++)
        {
            lines.Add(at + 1 + end >= after.Length && end == 0 ? $"+ -A {chain} {Text(after[at])}" : $"+ -I {chain} {at + 1} {Text(after[at])}");
        }
    }

    private static string Text(Rule rule) => rule.Families switch
    {
        FamilySet.IPv4 => $"{rule}   # IPv4",
        FamilySet.IPv6 => $"{rule}   # IPv6",
        _ => rule.ToString(),
    };
}

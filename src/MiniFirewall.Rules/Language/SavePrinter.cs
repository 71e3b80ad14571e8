using System.Text;
using MiniFirewall.Packets;
using MiniFirewall.Policy;
using MiniFirewall.Rules.Model;

namespace MiniFirewall.Rules.Language;

/// <summary>Prints one family's view of a rule set as iptables-save does, from "*filter" to "COMMIT" (iptables-save.c, do_output).</summary>
public static class SavePrinter
{
    private static readonly Comparer<byte[]> ByBytes = Comparer<byte[]>.Create((left, right) => left.AsSpan().SequenceCompareTo(right));

    /// <param name="policyCounters">What stands behind a built-in chain's policy.</param>
    /// <param name="ruleCounters">What stands before the rule of a place in its chain, from 0; null for no brackets.</param>
    public static void Print(
        TextWriter output, RuleSet rules, Family family, Func<Chain, Counters> policyCounters, Func<Chain, int, Counters>? ruleCounters)
    {
        ArgumentNullException.ThrowIfNull(output);
        ArgumentNullException.ThrowIfNull(rules);
        ArgumentNullException.ThrowIfNull(policyCounters);
        Chain[] chains = ChainsOf(rules, family);
        output.Write("*filter\n");
        foreach (Chain chain in chains)
        {
            output.Write(chain.IsBuiltIn ? PolicyLine(chain, family, policyCounters(chain)) : $":{chain.Name} - [0:0]\n");
        }

        var writer = new RuleTextWriter { Families = family.ToSet() };
        foreach (Chain chain in chains)
        {
            for (int i = 0; i < chain.Rules.Length; i++)
            {
                if (chain.Rules[i].Families.Has(family))
                {
                    PrintRule(output, writer, chain, chain.Rules[i], family, ruleCounters?.Invoke(chain, i));
                }
            }
        }

        output.Write("COMMIT\n");
    }

    /// <summary>Built-in chains in their order, then the family's user chains by name, byte by byte (libiptc.c, iptcc_insert_chain).</summary>
    private static Chain[] ChainsOf(RuleSet rules, Family family) =>
    [
        .. rules.Chains.Where(chain => chain.IsBuiltIn),
        .. rules.Chains.Where(chain => !chain.IsBuiltIn && chain.Families.Has(family))
            .OrderBy(chain => Encoding.UTF8.GetBytes(chain.Name), ByBytes),
    ];

    private static string PolicyLine(Chain chain, Family family, Counters counters)
    {
        string verdict = chain.PolicyOf(family).Verdict == Verdict.Accept ? "ACCEPT" : "DROP";
        return $":{chain.Name} {verdict} [{counters.Packets}:{counters.Bytes}]\n";
    }

    /// <summary>Where a rule is several, the first shows what all have counted, and no sum is wrong.</summary>
    private static void PrintRule(TextWriter output, RuleTextWriter writer, Chain chain, Rule rule, Family family, Counters? counters)
    {
        foreach (Rule spelled in SpelledRule.Of(rule, family))
        {
            if (counters is { } count)
            {
                output.Write($"[{count.Packets}:{count.Bytes}] ");
                counters = default(Counters);
            }

            writer.Clear();
            writer.Word("-A").Word(chain.Name);
            RulePrinter.Print(spelled, writer);
            output.Write(writer.Written);
            output.Write('\n');
        }
    }
}

using System.Text;
using MiniFirewall.Packets;
using MiniFirewall.Policy;
using MiniFirewall.Rules.Model;
using MiniFirewall.Rules.Sets;

namespace MiniFirewall.Rules.Language;

/// <summary>
/// Prints a whole rule set as iptables-save text that reads back to an equal one, given the same names (NameTable.Of) and
/// both families. A line for one family begins with -4 or -6 where its content does not say so.
/// </summary>
public static class RuleSetPrinter
{
    /// <param name="ruleCounters">What stands in brackets before a rule; no brackets where it is not given or says null.</param>
    /// <param name="policyCounters">What stands behind a policy; [0:0] where it is not given or says null.</param>
    public static string Print(
        RuleSet rules,
        Func<Chain, Rule, Counters?>? ruleCounters = null,
        Func<Chain, Family, Counters?>? policyCounters = null)
    {
        var text = new StringBuilder();
        foreach (NamedSet set in rules.Sets)
        {
            SetNotation.Print(text, set);
        }

        if (!rules.ConnectionSettings.IsEmpty)
        {
            text.Append($"connections {string.Join(' ', rules.ConnectionSettings)}\n");
        }

        text.Append("*filter\n");
        foreach (Chain chain in rules.Chains)
        {
            PrintChain(text, chain, policyCounters);
        }

        foreach (Chain chain in rules.Chains.Where(chain => chain.IsBuiltIn && !HasOnePolicy(chain, policyCounters)))
        {
            Counters counters = policyCounters?.Invoke(chain, Family.IPv6) ?? default;
            text.Append($"-6 -P {chain.Name} {Print(chain.PolicyV6.Verdict)} -c {counters.Packets} {counters.Bytes}\n");
        }

        Dictionary<string, Chain> byName = rules.Chains.ToDictionary(chain => chain.Name);
        var writer = new RuleTextWriter();
        foreach (Chain chain in rules.Chains)
        {
            foreach (Rule rule in chain.Rules)
            {
                Chain? target = rule.Target is JumpTarget jump ? byName.GetValueOrDefault(jump.Chain) : null;
                PrintRule(text, writer, chain, rule, target, ruleCounters?.Invoke(chain, rule));
            }
        }

        return text.Append("COMMIT\n").ToString();
    }

    private static void PrintChain(StringBuilder text, Chain chain, Func<Chain, Family, Counters?>? policyCounters)
    {
        if (chain.IsBuiltIn)
        {
            Counters counters = policyCounters?.Invoke(chain, Family.IPv4) ?? default;
            text.Append($":{chain.Name} {Print(chain.PolicyV4.Verdict)} [{counters.Packets}:{counters.Bytes}]\n");
        }
        else if (chain.Families == FamilySet.Both)
        {
            text.Append($":{chain.Name} - [0:0]\n");
        }
        else
        {
            text.Append($"{Prefix(chain.Families)}-N {chain.Name}\n");
        }
    }

    private static bool HasOnePolicy(Chain chain, Func<Chain, Family, Counters?>? counters) =>
        chain.PolicyV4.Verdict == chain.PolicyV6.Verdict
        && counters?.Invoke(chain, Family.IPv4) == counters?.Invoke(chain, Family.IPv6);

    private static void PrintRule(StringBuilder text, RuleTextWriter writer, Chain chain, Rule rule, Chain? target, Counters? counters)
    {
        if (counters is { } count)
        {
            text.Append($"[{count.Packets}:{count.Bytes}] ");
        }

        writer.Clear();
        writer.Word("-A").Word(chain.Name);
        RulePrinter.Print(rule, writer);
        text.Append(rule.Families == RuleFamilies.Implied(rule, chain, target) ? "" : Prefix(rule.Families)).Append(writer.Written).Append('\n');
    }

    private static string Prefix(FamilySet families) => families == FamilySet.IPv4 ? "-4 " : "-6 ";

    private static string Print(Verdict verdict) => verdict == Verdict.Accept ? "ACCEPT" : "DROP";
}

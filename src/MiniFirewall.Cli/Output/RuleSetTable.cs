using MiniFirewall.Engine;
using MiniFirewall.Packets;
using MiniFirewall.Policy;
using MiniFirewall.Rules.Model;
using MiniFirewall.Rules.Sets;

namespace MiniFirewall.Cli.Output;

/// <summary>The rules in force as tables, one a chain; counters of both families added up.</summary>
internal static class RuleSetTable
{
    internal static void Write(LoadedRuleSet loaded)
    {
        foreach (NamedSet set in loaded.Rules.Sets)
        {
            Console.Out.WriteLine($"set {set.Name}, {set.Type.Name}{Only(set.Families)}: {set.Elements.Count} elements");
        }

        if (!loaded.Rules.ConnectionSettings.IsEmpty)
        {
            Console.Out.WriteLine($"connections {string.Join(' ', loaded.Rules.ConnectionSettings)}");
        }

        bool first = loaded.Rules.ConnectionSettings.IsEmpty && loaded.Rules.Sets.IsEmpty;
        foreach (Chain chain in loaded.Rules.Chains)
        {
            if (!first)
            {
                Console.Out.WriteLine();
            }

            first = false;
            Console.Out.WriteLine(Heading(loaded, chain));
            if (!chain.Rules.IsEmpty)
            {
                Rules(loaded, chain).Write(Console.Out);
            }
        }
    }

    private static string Heading(LoadedRuleSet loaded, Chain chain)
    {
        if (!chain.IsBuiltIn)
        {
            return $"chain {chain.Name}{Only(chain.Families)}";
        }

        Counters v4 = loaded.OfPolicy(chain, Family.IPv4), v6 = loaded.OfPolicy(chain, Family.IPv6);
        return $"chain {chain.Name}, policy {Policy(chain)}: {v4.Packets + v6.Packets} packets, {v4.Bytes + v6.Bytes} bytes";
    }

    private static string Policy(Chain chain) => chain.PolicyV4.Verdict == chain.PolicyV6.Verdict
        ? chain.PolicyV4.Verdict.Word()
        : $"{chain.PolicyV4.Verdict.Word()} (IPv4), {chain.PolicyV6.Verdict.Word()} (IPv6)";

    private static PlainTable Rules(LoadedRuleSet loaded, Chain chain)
    {
        var table = new PlainTable(">#", ">packets", ">bytes", "rule");
        for (int i = 0; i < chain.Rules.Length; i++)
        {
            Rule rule = chain.Rules[i];
            Counters v4 = loaded.OfRule(chain, i + 1, Family.IPv4), v6 = loaded.OfRule(chain, i + 1, Family.IPv6);
            table.Add($"{i + 1}", $"{v4.Packets + v6.Packets}", $"{v4.Bytes + v6.Bytes}", rule + Only(rule.Families));
        }

        return table;
    }

    private static string Only(FamilySet families) => families switch
    {
        FamilySet.IPv4 => "   (IPv4)",
        FamilySet.IPv6 => "   (IPv6)",
        _ => "",
    };
}

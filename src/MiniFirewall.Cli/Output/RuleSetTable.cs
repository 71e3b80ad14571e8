using System.Globalization;
using MiniFirewall.Engine;
using MiniFirewall.Packets;
using MiniFirewall.Policy;
using MiniFirewall.Rules.Model;
using Spectre.Console;
using Rule = MiniFirewall.Rules.Model.Rule;

namespace MiniFirewall.Cli.Output;

/// <summary>The rules in force as tables, one a chain; counters of both families added up.</summary>
internal static class RuleSetTable
{
    internal static void Write(LoadedRuleSet loaded)
    {
        bool first = true;
        foreach (Chain chain in loaded.Rules.Chains)
        {
            if (!first)
            {
                Screen.Line();
            }

            first = false;
            Screen.Line(Heading(loaded, chain));
            if (!chain.Rules.IsEmpty)
            {
                Screen.Write(Rules(loaded, chain));
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

    private static Table Rules(LoadedRuleSet loaded, Chain chain)
    {
        Table table = Screen.PlainTable(
            Screen.Column("#", right: true), Screen.Column("packets", right: true), Screen.Column("bytes", right: true), Screen.Column("rule"));
        for (int i = 0; i < chain.Rules.Length; i++)
        {
            Rule rule = chain.Rules[i];
            Counters v4 = loaded.OfRule(chain, i + 1, Family.IPv4), v6 = loaded.OfRule(chain, i + 1, Family.IPv6);
            table.AddRow(
                Screen.Cell((i + 1).ToString(CultureInfo.InvariantCulture)),
                Screen.Cell((v4.Packets + v6.Packets).ToString(CultureInfo.InvariantCulture)),
                Screen.Cell((v4.Bytes + v6.Bytes).ToString(CultureInfo.InvariantCulture)),
                Screen.Cell(rule + Only(rule.Families)));
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

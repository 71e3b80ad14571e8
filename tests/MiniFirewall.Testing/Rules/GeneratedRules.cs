using System.Collections.Immutable;
using System.Text;
using MiniFirewall.Packets;

namespace MiniFirewall.Testing.Rules;

/// <summary>One rule line.</summary>
/// <param name="Body">All after "-A CHAIN ".</param>
public sealed record GeneratedRule(string Chain, FamilySet Families, string Body);

/// <summary>A rule set as text, for miniFirewall and for the system's own tools.</summary>
/// <param name="Policies">By built-in chain: true is DROP.</param>
public sealed record GeneratedRules(
    ImmutableArray<(string Chain, bool IsDrop)> Policies,
    ImmutableArray<string> UserChains,
    ImmutableArray<GeneratedRule> Rules)
{
    /// <summary>Save text for both families in one, after the sets that it names; a rule of one family has -4 or -6 before it.</summary>
    public string Text => Sets + Write(Rules, r => r.Families switch
    {
        FamilySet.IPv4 => "-4 ",
        FamilySet.IPv6 => "-6 ",
        _ => "",
    });

    /// <summary>The sets that the rules name, as ipset restore takes them; empty where they name none.</summary>
    public string Sets => SetGen.For(string.Join('\n', Rules.Select(rule => rule.Body)));

    /// <summary>Save text of one family, as iptables-restore or ip6tables-restore takes it.</summary>
    public string TextOf(Family family) => Write(Rules.Where(r => r.Families.Has(family)), _ => "");

    public override string ToString() => Text;

    private string Write(IEnumerable<GeneratedRule> rules, Func<GeneratedRule, string> prefix)
    {
        var text = new StringBuilder("*filter\n");
        foreach ((string chain, bool isDrop) in Policies)
        {
            text.Append(':').Append(chain).Append(isDrop ? " DROP [0:0]\n" : " ACCEPT [0:0]\n");
        }

        foreach (string chain in UserChains)
        {
            text.Append(':').Append(chain).Append(" - [0:0]\n");
        }

        foreach (GeneratedRule rule in rules)
        {
            text.Append(prefix(rule)).Append($"-A {rule.Chain} {rule.Body}".TrimEnd()).Append('\n');
        }

        return text.Append("COMMIT\n").ToString();
    }
}

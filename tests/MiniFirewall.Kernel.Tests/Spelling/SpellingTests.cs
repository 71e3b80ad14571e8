using CsCheck;
using MiniFirewall.Packets;
using MiniFirewall.Rules.Language;
using MiniFirewall.Rules.Model;
using MiniFirewall.Rules.Names;
using MiniFirewall.Testing.Rules;
using Xunit;

namespace MiniFirewall.Kernel.Tests.Spelling;

/// <summary>Generated rules are taken, refused, saved and listed as the kernel's own iptables does.</summary>
public sealed class SpellingTests
{
    private const int Rules = 400;

    /// <summary>Kinds of text by name, and the chain in which iptables takes them.</summary>
    public static TheoryData<string> Kinds => [.. Generators.Keys];

    private static Dictionary<string, Gen<string>> Generators { get; } = new()
    {
        ["conntrack"] = ConnectionGen.Conntrack,
        ["state"] = ConnectionGen.StateMatch,
        ["connlimit"] = ConnectionGen.Connlimit,
        ["connbytes"] = ConnectionGen.Connbytes,
        ["connmark"] = ConnectionGen.Connmark,
        ["connlabel"] = ConnectionGen.Connlabel,
        ["helper"] = ConnectionGen.Helper,
        ["limit"] = RateGen.Limit,
        ["hashlimit"] = RateGen.Hashlimit,
        ["recent"] = RateGen.Recent,
        ["quota"] = RateGen.Quota,
        ["MARK"] = TargetTextGen.Mark,
        ["CONNMARK"] = TargetTextGen.Connmark,
        ["HMARK"] = TargetTextGen.Hmark,
        ["NFQUEUE"] = TargetTextGen.Nfqueue,
        ["NFLOG"] = TargetTextGen.Nflog,
        ["LOG"] = TargetTextGen.Log,
        ["RATEEST"] = TargetTextGen.Rateest,
        ["REJECT"] = TargetTextGen.Reject,
    };

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Is_spelled_as_iptables_spells_it(string kind)
    {
        using var upstream = new UpstreamChain("INPUT");
        Gen.Select(Generators[kind], Gen.OneOf(Family.IPv4, Family.IPv6)).Sample(
            (rule, family) => Assert.Equal(upstream.Spell(family, rule), Ours(family, rule)), iter: Rules, threads: 1);
    }

    private static Spelling? Ours(Family family, string rule)
    {
        string text = $"*filter\n-A INPUT {rule}\nCOMMIT\n";
        RuleSet? rules = RuleSetReader.Read("generated", text, ReadOptions.Default with { Families = family.ToSet(), TakesLacking = true }).Rules;
        return rules is null ? null : Spell(rules.Find("INPUT")!.Rules.Single());
    }

    private static Spelling Spell(Rule rule) => new(rule.ToString(), List(rule, isNumeric: true), List(rule, isNumeric: false));

    private static string List(Rule rule, bool isNumeric)
    {
        var style = new ListStyle(isNumeric, NetworkNames.System);
        var writer = new RuleTextWriter { Families = rule.Families };
        foreach (Match match in rule.Matches)
        {
            match.List(writer, style);
        }

        rule.Target.List(writer, style);
        return writer.ToString();
    }
}

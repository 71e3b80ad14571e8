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
    private const int Rules = 60;

    /// <summary>A chain in which all of them can stand.</summary>
    private const string Chain = "FORWARD";

    private static readonly Dictionary<string, Gen<string>> Generators = new()
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
        ["AUDIT"] = TargetTextGen.Audit,
        ["CLASSIFY"] = TargetTextGen.Classify,
        ["TEE"] = TargetTextGen.Tee,
        ["IDLETIMER"] = TargetTextGen.Idletimer,
        ["SYNPROXY"] = TargetTextGen.Synproxy,
    };

    public static TheoryData<string> Kinds => [.. Generators.Keys];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Is_spelled_as_iptables_spells_it(string kind)
    {
        using var upstream = new UpstreamChain(Chain);
        int same = 0;
        Gen.Select(Generators[kind], Gen.OneOf(Family.IPv4, Family.IPv6)).Sample(
            (rule, family) =>
            {
                Rule? ours = Read(family, rule);
                Spelling? theirs = upstream.Spell(family, rule, isExpected: ours is not null);
                Assert.True(theirs is null == ours is null, theirs is null ? $"iptables refuses it: {upstream.Refusal}" : "iptables takes it");
                same += IsSame(theirs, ours, family) ? 1 : 0;
            },
            iter: Rules,
            threads: 1);
        Assert.True(same > Rules / 8, $"only {same} rules were compared");
    }

    /// <summary>False where there is no text to compare: the rule is refused, or iptables' own text of it means something else.</summary>
    private static bool IsSame(Spelling? theirs, Rule? ours, Family family)
    {
        if (theirs is null)
        {
            return false;
        }

        Rule? again = Read(family, theirs.Saved);
        Assert.Equal(theirs.Saved, again?.ToString());
        if (!ours!.Equals(again))
        {
            return false;
        }

        Assert.Equal(theirs, Spell(ours));
        return true;
    }

    private static Rule? Read(Family family, string rule) => RuleSetReader.Read(
        "generated", $"*filter\n-A {Chain} {rule}\nCOMMIT\n", ReadOptions.Default with { Families = family.ToSet(), TakesLacking = true }).Rules?.Find(Chain)!.Rules.Single();

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

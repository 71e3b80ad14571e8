using MiniFirewall.Packets;
using MiniFirewall.Rules.Language;
using MiniFirewall.Rules.Model;
using Xunit;

namespace MiniFirewall.Tests.Rules.Extensions;

/// <summary>What a rule leaves to the packet's family: unsaid in a text for both, said for each.</summary>
public sealed class FamilyTextTests
{
    /// <summary>A rule for both families, its text for both, for IPv4 and for IPv6.</summary>
    public static TheoryData<string, string, string, string> Rules => new()
    {
        { "-j REJECT", "-j REJECT", "-j REJECT --reject-with icmp-port-unreachable", "-j REJECT --reject-with icmp6-port-unreachable" },
        { "-j REJECT --reject-with port-unreach", "-j REJECT", "-j REJECT --reject-with icmp-port-unreachable", "-j REJECT --reject-with icmp6-port-unreachable" },
        { "-p tcp -j REJECT --reject-with tcp-reset", "-p tcp -j REJECT --reject-with tcp-reset", "-p tcp -j REJECT --reject-with tcp-reset", "-p tcp -j REJECT --reject-with tcp-reset" },
        { "-m connlimit --connlimit-above 3", "-m connlimit --connlimit-above 3 --connlimit-saddr", "-m connlimit --connlimit-above 3 --connlimit-mask 32 --connlimit-saddr", "-m connlimit --connlimit-above 3 --connlimit-mask 128 --connlimit-saddr" },
        { "-m connlimit --connlimit-above 3 --connlimit-mask 24", "-m connlimit --connlimit-above 3 --connlimit-mask 24 --connlimit-saddr", "-m connlimit --connlimit-above 3 --connlimit-mask 24 --connlimit-saddr", "-m connlimit --connlimit-above 3 --connlimit-mask 24 --connlimit-saddr" },
        { "-m recent --set", "-m recent --set --name DEFAULT --rsource", "-m recent --set --name DEFAULT --mask 255.255.255.255 --rsource", "-m recent --set --name DEFAULT --mask ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff --rsource" },
        { "-m hashlimit --hashlimit-upto 5/s --hashlimit-name a --hashlimit-srcmask 32", "-m hashlimit --hashlimit-upto 5/sec --hashlimit-burst 5 --hashlimit-name a --hashlimit-srcmask 32", "-m hashlimit --hashlimit-upto 5/sec --hashlimit-burst 5 --hashlimit-name a", "-m hashlimit --hashlimit-upto 5/sec --hashlimit-burst 5 --hashlimit-name a --hashlimit-srcmask 32" },
        { "-j HMARK --hmark-tuple ct,src --hmark-mod 5 --hmark-rnd 1", "-j HMARK --hmark-tuple ct,src --hmark-rnd 0x00000001 --hmark-mod 5", "-j HMARK --hmark-src-prefix 32 --hmark-rnd 0x00000001 --hmark-mod 5 --hmark-tuple ct", "-j HMARK --hmark-src-prefix 128 --hmark-rnd 0x00000001 --hmark-mod 5 --hmark-tuple ct" },
    };

    [Theory]
    [MemberData(nameof(Rules))]
    public void A_rule_of_both_families_is_printed_for_each(string text, string both, string v4, string v6)
    {
        RuleSet rules = Read($"-A INPUT {text}");
        Rule rule = rules.Find("INPUT")!.Rules.Single();
        Assert.Equal(both, rule.ToString());
        Assert.Equal(v4, Print(rule, FamilySet.IPv4));
        Assert.Equal(v6, Print(rule, FamilySet.IPv6));
        Assert.Equal(rules, Read(RuleSetPrinter.Print(rules)));
    }

    /// <summary>As after "iptables -D" of the other half: what is left is what the text for one family makes.</summary>
    [Theory]
    [MemberData(nameof(Rules))]
    public void Half_a_rule_is_that_of_its_family(string text, string both, string v4, string v6)
    {
        Assert.NotEmpty(both);
        RuleSet left = Read($"-A INPUT {text}\n-6 -D INPUT 1"), right = Read($"-A INPUT {text}\n-4 -D INPUT {text}");
        Assert.Equal(Read($"-4 -A INPUT {v4}"), left);
        Assert.Equal(Read($"-6 -A INPUT {v6}"), right);
        Assert.Equal(left, Read(RuleSetPrinter.Print(left)));
        Assert.Equal(right, Read(RuleSetPrinter.Print(right)));
        Assert.Empty(Read($"-A INPUT {text}\n-6 -D INPUT 1\n-4 -D INPUT {v4}").Find("INPUT")!.Rules);
    }

    [Theory]
    [InlineData("-j REJECT --reject-with icmp-net-unreachable", FamilySet.IPv4)]
    [InlineData("-j REJECT --reject-with no-route", FamilySet.IPv6)]
    [InlineData("-m recent --set --mask 255.255.255.0", FamilySet.IPv4)]
    [InlineData("-m conntrack --ctreplsrc fe80::/10", FamilySet.IPv6)]
    [InlineData("-m connlimit --connlimit-upto 3 --connlimit-mask 48", FamilySet.IPv6)]
    [InlineData("-j TEE --gateway 192.0.2.1", FamilySet.IPv4)]
    public void What_is_of_one_family_makes_the_rule_so(string text, FamilySet families)
    {
        RuleSet rules = Read($"-A INPUT {text}");
        Assert.Equal(families, rules.Find("INPUT")!.Rules.Single().Families);
        Assert.Equal(rules, Read(RuleSetPrinter.Print(rules)));
    }

    private static RuleSet Read(string text)
    {
        ReadResult result = RuleSetReader.Read("rules", text, Reading.Options() with { TakesLacking = true });
        Assert.True(result.Rules is not null, text + "\n" + string.Join('\n', result.Diagnostics));
        return result.Rules;
    }

    private static string Print(Rule rule, FamilySet families)
    {
        var writer = new RuleTextWriter { Families = families };
        RulePrinter.Print(rule, writer);
        return writer.ToString();
    }
}

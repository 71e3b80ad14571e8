using MiniFirewall.Packets;
using MiniFirewall.Rules.Language;
using MiniFirewall.Rules.Model;
using Xunit;

namespace MiniFirewall.Tests.Rules;

/// <summary>The line of a rule file that says how connections are tracked.</summary>
public sealed class ConnectionLineTests
{
    [Fact]
    public void Settings_are_read_and_printed_in_their_own_order()
    {
        RuleSet rules = Read("connections udp_timeout 60 max 1000000\nconnections nf_conntrack_tcp_loose 0 # not in the middle\niptables -A INPUT -j ACCEPT\n");
        Assert.Equal("connections max 1000000 udp_timeout 60 tcp_loose 0", RuleSetPrinter.Print(rules).Split('\n')[0]);
        Assert.Equal(rules, Read(RuleSetPrinter.Print(rules)));
        Assert.NotEqual(rules, Read("connections udp_timeout 61 max 1000000 tcp_loose 0\niptables -A INPUT -j ACCEPT\n"));
    }

    [Fact]
    public void Without_a_line_nothing_is_set()
    {
        Assert.Empty(Read("iptables -A INPUT -j ACCEPT\n").ConnectionSettings);
        Assert.DoesNotContain("connections", RuleSetPrinter.Print(RuleSet.Empty));
    }

    /// <summary>A command of iptables leaves them; iptables-save's text has no place for them.</summary>
    [Fact]
    public void Changes_of_rules_keep_them()
    {
        RuleSet rules = Read("connections udp_timeout 60\niptables -A INPUT -j ACCEPT\n");
        RestoreResult restored = RestoreReader.Read("*filter\n-A INPUT -j DROP\nCOMMIT\n"u8, rules, ReadOptions.Default, new RestoreOptions(Family.IPv4));
        Assert.Equal(rules.ConnectionSettings, restored.Rules!.ConnectionSettings);
    }

    private static RuleSet Read(string text)
    {
        ReadResult result = RuleSetReader.Read("test", text, ReadOptions.Default);
        return result.Rules ?? throw new FormatException(string.Join('\n', result.Diagnostics));
    }
}

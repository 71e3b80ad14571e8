using MiniFirewall.Packets;
using MiniFirewall.Rules.Language;
using MiniFirewall.Rules.Model;
using Xunit;

namespace MiniFirewall.Tests.Rules;

public sealed class StrayCounterTests
{
    [Fact]
    public void Policy_counters_of_a_save_without_rule_counters_are_not_set() =>
        Assert.Null(InputPolicyCounters("-A INPUT -j ACCEPT"));

    [Fact]
    public void Policy_counters_beside_rule_counters_are_set() =>
        Assert.Equal(new Counters(7, 700), InputPolicyCounters("[1:2] -A INPUT -j ACCEPT"));

    private static Counters? InputPolicyCounters(string rule)
    {
        string text = $"*filter\n:INPUT DROP [7:700]\n:FORWARD ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n{rule}\nCOMMIT\n";
        RuleSet rules = RuleSetReader.Read("save", text, ReadOptions.Default).Rules!;
        return rules.WithoutStrayPolicyCounters().Find("INPUT")!.PolicyOf(Family.IPv4).Counters;
    }
}

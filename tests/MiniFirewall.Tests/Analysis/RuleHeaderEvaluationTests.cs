using MiniFirewall.Analysis;
using MiniFirewall.Packets;
using MiniFirewall.Packets.Building;
using MiniFirewall.Policy;
using MiniFirewall.Rules.Model;
using Xunit;

namespace MiniFirewall.Tests.Analysis;

/// <summary>What a rule asks of the network header: ip_packet_match and ip6_packet_match.</summary>
public sealed class RuleHeaderEvaluationTests
{
    private static readonly IPv4Header V4 = IPv4Header.Between("10.1.2.3", "192.168.0.9");
    private static readonly IPv6Header V6 = IPv6Header.Between("2001:db8::1", "fd00::9");
    private static readonly UdpDatagram Udp = new(1, 2);

    [Theory]
    [InlineData("10.1.2.3", "255.255.255.255", false, true)]
    [InlineData("10.1.2.4", "255.255.255.255", false, false)]
    [InlineData("10.0.0.0", "255.0.0.0", false, true)]
    [InlineData("11.0.0.0", "255.0.0.0", false, false)]
    [InlineData("10.0.0.3", "255.0.0.255", false, true)]
    [InlineData("10.0.0.4", "255.0.0.255", false, false)]
    [InlineData("0.0.0.0", "0.0.0.0", false, true)]
    [InlineData("10.1.2.3", "255.255.255.255", true, false)]
    [InlineData("10.1.2.4", "255.255.255.255", true, true)]
    [InlineData("0.0.0.0", "0.0.0.0", true, false)]
    public void A_source_is_compared_under_its_mask(string address, string mask, bool negated, bool matches)
    {
        var spec = new MaskedAddress(Family.IPv4, AddressText.Parse(Family.IPv4, address), AddressText.Parse(Family.IPv4, mask), negated);
        Assert.Equal(matches, Matches(new Rule { Source = spec }, V4.Carry(Udp)));
    }

    [Fact]
    public void A_name_stands_for_all_its_addresses_of_the_packets_family()
    {
        var name = new HostName("x.example", [1, AddressText.Parse(Family.IPv4, "192.168.0.9")], [AddressText.Parse(Family.IPv6, "fd00::9")], false);

        Assert.True(Matches(new Rule { Destination = name }, V4.Carry(Udp)));
        Assert.True(Matches(new Rule { Destination = name }, V6.Carry(Udp)));
        Assert.False(Matches(new Rule { Source = name }, V4.Carry(Udp)));
        Assert.True(Matches(new Rule { Source = name with { Negated = true } }, V6.Carry(Udp)));
    }

    [Theory]
    [InlineData("eth0", false, "eth0", true)]
    [InlineData("eth0", false, "eth00", false)]
    [InlineData("eth0", false, "eth", false)]
    [InlineData("eth", true, "eth0", true)]
    [InlineData("eth", true, "eth", true)]
    [InlineData("eth", true, "et", false)]
    [InlineData("", true, "", true)]
    [InlineData("eth0", false, "", false)]
    public void An_interface_is_compared_whole_or_as_a_prefix(string name, bool isPrefix, string actual, bool matches)
    {
        var packet = new Packet(Family.IPv4, Hook.Forward, V4.Carry(Udp)) { InInterface = actual, OutInterface = "other" };
        Assert.Equal(matches, Matches(new Rule { InInterface = new(name, isPrefix, false) }, packet));
        Assert.Equal(!matches, Matches(new Rule { InInterface = new(name, isPrefix, true) }, packet));
    }

    [Fact]
    public void The_out_interface_is_its_own()
    {
        var packet = new Packet(Family.IPv4, Hook.Forward, V4.Carry(Udp)) { InInterface = "a", OutInterface = "b" };
        Assert.True(Matches(new Rule { OutInterface = new("b", false, false) }, packet));
        Assert.False(Matches(new Rule { OutInterface = new("a", false, false) }, packet));
    }

    [Theory]
    [InlineData(17, false, true)]
    [InlineData(6, false, false)]
    [InlineData(17, true, false)]
    [InlineData(6, true, true)]
    public void A_protocol_is_found_behind_extension_headers(byte number, bool negated, bool matches)
    {
        var rule = new Rule { Protocol = new(number, negated) };
        Assert.Equal(matches, Matches(rule, V4.Carry(Udp)));
        Assert.Equal(matches, Matches(rule, (V6 with { Extensions = [OptionsExtension.HopByHop, new FragmentExtension(0, true, 1)] }).Carry(Udp)));
        Assert.Equal(matches, Matches(rule, (V6 with { Extensions = [new FragmentExtension(9, true, 1)] }).Carry(Udp)));
    }

    [Theory]
    [InlineData(0, true, false)]
    [InlineData(0, false, true)]
    [InlineData(1, true, true)]
    [InlineData(1, false, false)]
    public void Only_a_later_fragment_is_a_fragment(int offset, bool wanted, bool matches)
    {
        byte[] bytes = (V4 with { FragmentOffset = offset, MoreFragments = true }).Carry(Udp);
        Assert.Equal(matches, Matches(new Rule { Fragment = wanted }, bytes));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_broken_extension_chain_is_dropped_by_the_first_rule_with_a_protocol(bool negated)
    {
        byte[] broken = V6.Carry(new RawTransport(60));
        var elsewhere = new MaskedAddress(Family.IPv6, 0, UInt128.MaxValue, false);

        Assert.Equal(DecisionKind.Invalid, Decide(new Rule { Protocol = new(17, negated) }, Of(broken)));
        Assert.Equal(DecisionKind.Policy, Decide(new Rule { Protocol = new(17, negated), Source = elsewhere }, Of(broken)));
        Assert.Equal(DecisionKind.Policy, Decide(new Rule { Protocol = new(17, negated), InInterface = new("x", false, false) }, Of(broken)));
        Assert.Equal(DecisionKind.Rule, Decide(new Rule(), Of(broken)));
    }

    private static bool Matches(Rule rule, byte[] bytes) => Matches(rule, Of(bytes));

    private static bool Matches(Rule rule, Packet packet) => Decide(rule, packet) == DecisionKind.Rule;

    private static DecisionKind Decide(Rule rule, Packet packet)
    {
        Rule deciding = rule with { Target = new VerdictTarget(Verdict.Drop) };
        RuleSet rules = new([.. RuleSet.Empty.Chains.Select(c => c with { Rules = [deciding] })]);
        return Evaluator.Judge(rules, packet, trace: false).DecidedBy.Kind;
    }

    private static Packet Of(byte[] bytes) => new(bytes[0] >> 4 == 4 ? Family.IPv4 : Family.IPv6, Hook.LocalIn, bytes) { InInterface = "eth0" };
}

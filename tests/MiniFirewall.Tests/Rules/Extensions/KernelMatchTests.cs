using MiniFirewall.Packets;
using MiniFirewall.Policy;
using MiniFirewall.Policy.Questions;
using MiniFirewall.Rules.Model;
using Xunit;

namespace MiniFirewall.Tests.Rules.Extensions;

/// <summary>What the kernel is asked by matches of its own: the structures of include/uapi/linux/netfilter, as iptables fills them on a little-endian machine.</summary>
public sealed class KernelMatchTests
{
    [Theory]
    [InlineData("-m socket", "socket", 3, 0, "0000000000000000")]
    [InlineData("-m socket --transparent", "socket", 3, 0, "0100000000000000")]
    [InlineData("-m socket --transparent --nowildcard", "socket", 3, 0, "0300000000000000")]
    [InlineData("-m helper --helper ftp", "helper", 0, 0, "00000000 667470 000000000000000000000000000000000000000000000000000000 000000000000")]
    [InlineData("-m helper ! --helper ftp", "helper", 0, 0, "00000000 667470 000000000000000000000000000000000000000000000000000000 000000000000")]
    [InlineData("-4 -p tcp -m osf --genre ab", "osf", 0, 6, "6162 000000000000000000000000000000000000000000000000000000000000 02000000 01000000 00000000 00000000")]
    [InlineData("-4 -p tcp -m osf ! --genre ab --ttl 2", "osf", 0, 6, "6162 000000000000000000000000000000000000000000000000000000000000 02000000 0b000000 00000000 02000000")]
    [InlineData("-4 -p tcp -m osf --genre ab --ttl 1 --log 2", "osf", 0, 6, "0000 000000000000000000000000000000000000000000000000000000000000 00000000 07000000 00000000 01000000")]
    [InlineData("-6 -m addrtype --src-type ANYCAST,UNICAST", "addrtype", 1, 0, "1200 0000 00000000")]
    [InlineData("-6 -m addrtype ! --src-type UNREACHABLE ! --dst-type ANYCAST", "addrtype", 1, 0, "8000 1000 03000000")]
    [InlineData("-6 -m addrtype --dst-type LOCAL --limit-iface-in", "addrtype", 1, 0, "0000 0400 04000000")]
    [InlineData("-m ipvs --ipvs", "ipvs", 0, 0, "00000000000000000000000000000000 00000000000000000000000000000000 0000 00 00 0000 00 01")]
    [InlineData("-m ipvs ! --ipvs", "ipvs", 0, 0, "00000000000000000000000000000000 00000000000000000000000000000000 0000 00 00 0000 01 01")]
    [InlineData("-4 -m ipvs --vproto tcp ! --vaddr 192.0.2.9/24 --vport 80 --vdir REPLY --vmethod GATE --vportctl 21", "ipvs", 0, 0, "c0000209000000000000000000000000 ffffff00000000000000000000000000 0050 06 03 0015 14 7e")]
    [InlineData("-6 -m ipvs ! --vproto 17 --vaddr 2001:db8::9 ! --vport 53 --vdir ORIGINAL ! --vmethod MASQ", "ipvs", 0, 0, "20010db8000000000000000000000009 ffffffffffffffffffffffffffffffff 0035 11 00 0000 2a 3e")]
    public void Is_asked_as_iptables_asks_it(string rule, string name, byte revision, byte protocol, string information)
    {
        KernelMatchHolds asked = Read(rule).AsksKernel(rule.StartsWith("-6", StringComparison.Ordinal) ? Family.IPv6 : Family.IPv4)!;
        Assert.Equal((name, revision, protocol), (asked.Match, asked.Revision, asked.Protocol));
        Assert.Equal(information.Replace(" ", "", StringComparison.Ordinal), Convert.ToHexStringLower([.. asked.Information]));
        Assert.Equal(0u, asked.Number & 1);
        Assert.NotEqual(0u, asked.Number);
    }

    [Fact]
    public void A_packet_that_nobody_was_asked_about_is_dropped_and_then_the_answer_counts()
    {
        var steps = System.Collections.Immutable.ImmutableArray.CreateBuilder<Step>();
        Match match = Read("-m helper ! --helper ftp");
        match.Lower(Family.IPv6, steps);
        KernelMatchHolds asked = match.AsksKernel(Family.IPv6)!;
        Assert.Equal([new DropWhen(new QuestionTest(new KernelUnasked(asked.Number))), new Require(new QuestionTest(asked, Negated: true))], steps.ToImmutable());
    }

    [Theory]
    [InlineData("-6", "ANYCAST", true)]
    [InlineData("-6", "UNREACHABLE", true)]
    [InlineData("-6", "LOCAL --limit-iface-in", true)]
    [InlineData("-6", "LOCAL", false)]
    [InlineData("-6", "UNICAST --limit-iface-in", false)]
    [InlineData("-4", "ANYCAST", false)]
    public void Addrtype_asks_for_what_only_the_routes_of_IPv6_say(string family, string types, bool asks)
    {
        RuleSet rules = Reading.Good($"{family} -A INPUT -m addrtype --dst-type {types}");
        Assert.Equal(asks, rules.AsksKernel);
        Assert.Null(rules.Find("INPUT")!.Rules.Single().Matches.Single().AsksKernel(Family.IPv4));
    }

    [Theory]
    [InlineData("-m socket", MatchResult.Miss)]
    [InlineData("-m helper --helper ftp", MatchResult.Miss)]
    [InlineData("-m helper ! --helper ftp", MatchResult.Match)]
    public void Holds_for_no_packet_that_is_only_described(string rule, MatchResult result) =>
        Assert.Equal(result, Read(rule).Evaluate(new Packet(Family.IPv4, Hook.LocalIn, new byte[20])));

    private static Match Read(string rule) => Reading.Good($"-A INPUT {rule}").Find("INPUT")!.Rules.Single().Matches[^1];
}

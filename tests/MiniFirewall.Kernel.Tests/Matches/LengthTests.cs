using MiniFirewall.Packets;
using MiniFirewall.Packets.Building;
using Xunit;

namespace MiniFirewall.Kernel.Tests.Matches;

/// <summary>-m length (iptables-extensions(8); net/netfilter/xt_length.c): the length that the network header declares.</summary>
[Collection(MatchLab.Name)]
public sealed class LengthTests(MatchLab lab)
{
    [Theory]
    [InlineData("--length 100", Says.Match)]
    [InlineData("--length 99", Says.Miss)]
    [InlineData("--length 101", Says.Miss)]
    [InlineData("! --length 100", Says.Miss)]
    [InlineData("! --length 99", Says.Match)]
    [InlineData("--length 90:100", Says.Match)]
    [InlineData("--length 100:110", Says.Match)]
    [InlineData("--length 101:110", Says.Miss)]
    [InlineData("--length 90:99", Says.Miss)]
    [InlineData("! --length 90:100", Says.Miss)]
    [InlineData("! --length 101:110", Says.Match)]
    [InlineData("--length :100", Says.Match)]
    [InlineData("--length :99", Says.Miss)]
    [InlineData("--length 100:", Says.Match)]
    [InlineData("--length 101:", Says.Miss)]
    [InlineData("--length 0:65535", Says.Match)]
    public void Lengths(string match, Says says)
    {
        lab.Check("-m length " + match, "udp SRC:1000 DST:22 len 100", says);
        lab.Check("-p udp -m length " + match, "udp SRC:1000 DST:22 len 100 frag 3", says);
        lab.Check("-p tcp -m length " + match, "udp SRC:1000 DST:22 len 100", Says.Miss);
    }

    [Theory]
    [InlineData("--length 56", Says.Match)]
    [InlineData("--length 60", Says.Miss)]
    [InlineData("! --length 60", Says.Match)]
    public void An_IPv6_header_that_lies_does_not_count(string match, Says says)
    {
        byte[] packet = (IPv6Header.Between("2001:db8:1::1", "2001:db8:2::2") with { PayloadLength = 20 })
            .Carry(new UdpDatagram(1000, 22) { Payload = [1, 2, 3, 4, 5, 6, 7, 8] });
        lab.Check("-m length " + match, new Packet(Family.IPv6, Hook.LocalOut, packet) { OutInterface = "eth0" }, says);
    }

    [Theory]
    [InlineData("-m length --length 23", "tcp 198.51.100.1:1000 203.0.113.9:22 cut 3", Says.Match)]
    [InlineData("-m length --length 20", "tcp 198.51.100.1:1000 203.0.113.9:22 cut 0", Says.Match)]
    [InlineData("-m length --length 43", "tcp [2001:db8:1::1]:1000 [2001:db8:2::2]:22 cut 3", Says.Match)]
    [InlineData("-m length --length 40", "tcp [2001:db8:1::1]:1000 [2001:db8:2::2]:22 cut 0", Says.Match)]
    [InlineData("-m length --length 5000", "udp SRC:1000 DST:22 len 5000", Says.Match)]
    [InlineData("-m length --length :4999", "udp SRC:1000 DST:22 len 5000", Says.Miss)]
    public void Short_and_long(string rule, string packet, Says says) => lab.Check(rule, packet, says);
}

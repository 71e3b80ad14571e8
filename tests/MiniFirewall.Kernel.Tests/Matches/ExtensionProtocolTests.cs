using MiniFirewall.Packets;
using MiniFirewall.Packets.Building;
using Xunit;

namespace MiniFirewall.Kernel.Tests.Matches;

/// <summary>
/// -p with the number of an IPv6 extension header: the protocol is what follows the last of them, so it never is one
/// (net/ipv6/netfilter/ip6_tables.c, ip6_packet_match).
/// </summary>
[Collection(MatchLab.Name)]
public sealed class ExtensionProtocolTests(MatchLab lab)
{
    [Theory]
    [InlineData("43")]
    [InlineData("44")]
    [InlineData("51")]
    [InlineData("60")]
    [InlineData("ipv6-opts")]
    public void Is_no_packets_protocol(string name)
    {
        byte[] packet = (IPv6Header.Between("2001:db8:1::1", "2001:db8:2::2") with { Extensions = [new OptionsExtension(60, 0), new AuthenticationExtension(1)] })
            .Carry(new UdpDatagram(1000, 53));
        lab.Check($"-p {name}", Family.IPv6, packet, Says.Miss);
        lab.Check($"! -p {name}", Family.IPv6, packet, Says.Match);
    }
}

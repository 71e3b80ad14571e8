using MiniFirewall.Kernel.Tests.Support;
using MiniFirewall.Packets;
using MiniFirewall.Packets.Building;
using Xunit;

namespace MiniFirewall.Kernel.Tests.Matches;

/// <summary>-m dscp, -m tos and -m ecn (iptables-extensions(8); net/netfilter/xt_dscp.c, xt_ecn.c).</summary>
[Collection(MatchLab.Name)]
public sealed class TrafficClassTests(MatchLab lab)
{
    [Theory]
    [InlineData("-m dscp --dscp 0x2e", Says.Match)]
    [InlineData("-m dscp --dscp-class EF", Says.Match)]
    [InlineData("-m dscp --dscp 0x2f", Says.Miss)]
    [InlineData("-m dscp ! --dscp 0x2e", Says.Miss)]
    [InlineData("-m dscp ! --dscp 0", Says.Match)]
    [InlineData("-m tos --tos 0xb9", Says.Match)]
    [InlineData("-m tos --tos 0xb8", Says.Miss)]
    [InlineData("-m tos --tos 0xb8/0xfc", Says.Match)]
    [InlineData("-m tos --tos 0xb9/0xfc", Says.Miss)]
    [InlineData("-m tos ! --tos 0xb9/0xfc", Says.Match)]
    [InlineData("-m tos --tos 0/0", Says.Match)]
    [InlineData("-m tos ! --tos 0xb9", Says.Miss)]
    [InlineData("-m tos --tos Minimize-Delay", Says.Miss)]
    [InlineData("-m tos ! --tos Normal-Service", Says.Match)]
    [InlineData("-m ecn --ecn-ip-ect 1", Says.Match)]
    [InlineData("-m ecn --ecn-ip-ect 0", Says.Miss)]
    [InlineData("-m ecn ! --ecn-ip-ect 1", Says.Miss)]
    [InlineData("-m ecn ! --ecn-ip-ect 3", Says.Match)]
    public void Bits_of_the_network_header(string rule, Says says)
    {
        lab.Check(rule, Family.IPv4, V4(new UdpDatagram(1000, 53)), says);
        lab.Check(rule, Family.IPv6, V6(new UdpDatagram(1000, 53)), says);
    }

    [Theory]
    [InlineData("-p tcp -m ecn --ecn-tcp-ece", TcpFlags.Ece, Says.Match)]
    [InlineData("-p tcp -m ecn --ecn-tcp-ece", TcpFlags.Cwr, Says.Miss)]
    [InlineData("-p tcp -m ecn --ecn-tcp-cwr", TcpFlags.Cwr | TcpFlags.Ack, Says.Match)]
    [InlineData("-p tcp -m ecn ! --ecn-tcp-cwr", TcpFlags.Cwr, Says.Miss)]
    [InlineData("-p tcp -m ecn ! --ecn-tcp-cwr", TcpFlags.Syn, Says.Match)]
    [InlineData("-p tcp -m ecn --ecn-tcp-ece ! --ecn-tcp-cwr", TcpFlags.Ece, Says.Match)]
    [InlineData("-p tcp -m ecn --ecn-tcp-ece ! --ecn-tcp-cwr", TcpFlags.Ece | TcpFlags.Cwr, Says.Miss)]
    [InlineData("-p tcp -m ecn --ecn-tcp-ece --ecn-ip-ect 1", TcpFlags.Ece, Says.Match)]
    [InlineData("-p tcp -m ecn --ecn-tcp-ece ! --ecn-ip-ect 1", TcpFlags.Ece, Says.Miss)]
    public void Bits_of_TCP(string rule, TcpFlags flags, Says says)
    {
        lab.Check(rule, Family.IPv4, V4(new TcpSegment(1000, 80) { Flags = flags }), says);
        lab.Check(rule, Family.IPv6, V6(new TcpSegment(1000, 80) { Flags = flags }), says);
    }

    [Theory]
    [InlineData("-p tcp -m ecn ! --ecn-tcp-ece", "tcp SRC:1000 DST:80 cut 19", Says.Miss)]
    [InlineData("-p tcp -m ecn ! --ecn-tcp-ece", "udp SRC:1000 DST:80", Says.Miss)]
    [InlineData("-m ecn --ecn-ip-ect 0", "tcp SRC:1000 DST:80 cut 3", Says.Match)]
    [InlineData("-m dscp --dscp 0", "tcp SRC:1000 DST:80 frag 3", Says.Match)]
    public void Cut_headers_fragments_other_protocols(string rule, string packet, Says says) => lab.Check(rule, packet, says);

    [Fact]
    public void A_later_fragments_bytes_count_as_TCP()
    {
        Assert.SkipWhen(LaterFragments.KernelPassesThem, "this kernel does not look at later fragments");
        byte[] bytes = new byte[24];
        bytes[13] = (byte)TcpFlags.Ece;
        byte[] v4 = (IPv4Header.Between("198.51.100.1", "203.0.113.9") with { FragmentOffset = 3 }).Carry(new RawTransport(IpProtocol.Tcp) { Payload = [.. bytes] });
        byte[] v6 = (IPv6Header.Between("2001:db8:40::1", "2001:db8:2::2") with { Extensions = [new FragmentExtension(3, false, 7)] })
            .Carry(new RawTransport(IpProtocol.Tcp) { Payload = [.. bytes] });
        foreach ((Family family, byte[] packet) in new[] { (Family.IPv4, v4), (Family.IPv6, v6) })
        {
            Packet fragment = new(family, Hook.Forward, packet) { InInterface = "eth0", OutInterface = "eth1" };
            lab.Check("-p tcp -m ecn --ecn-tcp-ece", fragment, Says.Match);
            lab.Check("-p tcp -m ecn --ecn-tcp-cwr", fragment, Says.Miss);
        }
    }

    private static byte[] V4(Transport transport) => (IPv4Header.Between("198.51.100.1", "203.0.113.9") with { TypeOfService = 0xb9 }).Carry(transport);

    private static byte[] V6(Transport transport) => (IPv6Header.Between("2001:db8:1::1", "2001:db8:2::2") with { TrafficClass = 0xb9 }).Carry(transport);
}

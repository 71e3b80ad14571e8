using CsCheck;
using MiniFirewall.Packets;
using MiniFirewall.Packets.Building;
using MiniFirewall.Packets.Text;
using Xunit;

namespace MiniFirewall.Tests.Packets;

public sealed class PacketDescriptionTests
{
    [Theory]
    [InlineData("in eth0 tcp 203.0.113.9:50000 10.0.0.5:22", "in eth0 tcp 203.0.113.9:50000 10.0.0.5:22 flags SYN len 40 ttl 64")]
    [InlineData("in eth0 tcp 203.0.113.9 10.0.0.5:22 syn new", "in eth0 tcp 203.0.113.9:50000 10.0.0.5:22 flags SYN len 40 ttl 64")]
    [InlineData("in eth0 tcp 203.0.113.9:5 10.0.0.5:22 established", "in eth0 tcp 203.0.113.9:5 10.0.0.5:22 flags ACK len 40 ttl 64")]
    [InlineData("  out\twan0 udp [2001:db8::1]:53 [2001:db8::2]:9 ", "out wan0 udp [2001:db8::1]:53 [2001:db8::2]:9 len 48 ttl 64")]
    [InlineData("forward a b icmp 10.0.0.1 10.0.0.2", "forward a b icmp 10.0.0.1 10.0.0.2 echo-request len 28 ttl 64")]
    [InlineData("forward a b icmp 10.0.0.1 10.0.0.2 3/1", "forward a b icmp 10.0.0.1 10.0.0.2 host-unreachable len 28 ttl 64")]
    [InlineData("in a icmp 10.0.0.1 10.0.0.2 200", "in a icmp 10.0.0.1 10.0.0.2 200/0 len 28 ttl 64")]
    [InlineData("in a icmpv6 fd00::1 fd00::2 neighbour-solicitation", "in a icmpv6 fd00::1 fd00::2 neighbour-solicitation len 48 ttl 64")]
    [InlineData("in a tcp 10.0.0.1:1 10.0.0.2:2 flags SYN,ACK,ECE len 100 ttl 3 mark 0x10", "in a tcp 10.0.0.1:1 10.0.0.2:2 flags SYN,ACK,ECE len 100 ttl 3 mark 0x10")]
    [InlineData("in a tcp 10.0.0.1:1 10.0.0.2:2 flags NONE", "in a tcp 10.0.0.1:1 10.0.0.2:2 flags NONE len 40 ttl 64")]
    [InlineData("in a tcp 10.0.0.1 10.0.0.2 frag 3", "in a tcp 10.0.0.1 10.0.0.2 len 20 ttl 64 frag 3")]
    [InlineData("in a udp fd00::1 [fd00::2]:9 frag 0", "in a udp [fd00::1]:50000 [fd00::2]:9 len 56 ttl 64 frag 0")]
    [InlineData("in a udp fd00::1 fd00::2 frag 8191 len 64", "in a udp fd00::1 fd00::2 len 64 ttl 64 frag 8191")]
    [InlineData("in a proto 47 10.0.0.1 10.0.0.2", "in a gre 10.0.0.1 10.0.0.2 len 20 ttl 64")]
    [InlineData("in a proto 253 fd00::1 [fd00::2]", "in a proto 253 fd00::1 fd00::2 len 40 ttl 64")]
    [InlineData("in a sctp 10.0.0.1:1 10.0.0.2:2", "in a sctp 10.0.0.1:1 10.0.0.2:2 len 32 ttl 64")]
    [InlineData("in a tcp 10.0.0.1:1 10.0.0.2:2 len 39", "in a tcp 10.0.0.1:1 10.0.0.2:2 flags SYN cut len 39 ttl 64")]
    [InlineData("in a tcp 10.0.0.1:1 10.0.0.2:2 len 23", "in a tcp 10.0.0.1 10.0.0.2 cut len 23 ttl 64")]
    public void A_description_says_what_was_understood(string text, string printed)
    {
        Assert.Equal(printed, PacketDescription.Print(Parse(text).Packet));
    }

    [Fact]
    public void The_state_of_the_connection_is_kept()
    {
        Assert.Equal(ConnectionState.New, Parse("in a udp 10.0.0.1 10.0.0.2:1").Packet.ConnectionState);
        Assert.Equal(ConnectionState.New, Parse("in a udp 10.0.0.1 10.0.0.2:1 new").Packet.ConnectionState);
        Assert.Equal(ConnectionState.Established, Parse("in a udp 10.0.0.1 10.0.0.2:1 established").Packet.ConnectionState);
        Assert.Equal(ConnectionState.Related, Parse("in a udp 10.0.0.1 10.0.0.2:1 related").Packet.ConnectionState);
        Assert.Equal(ConnectionDirection.Reply, Parse("in a udp 10.0.0.1 10.0.0.2:1 established reply").Packet.ConnectionDirection);
        Assert.Equal(ConnectionDirection.None, Parse("in a udp 10.0.0.1 10.0.0.2:1 invalid").Packet.ConnectionDirection);
    }

    [Fact]
    public void Described_packets_have_right_lengths_and_checksums()
    {
        byte[] bytes = Parse("in a udp 10.0.0.1:1 10.0.0.2:2 len 60").Packet.Bytes.ToArray();

        Assert.Equal(IPv4Header.Between("10.0.0.1", "10.0.0.2").Carry(new UdpDatagram(1, 2) { Payload = [.. new byte[32]] }), bytes);
    }

    [Fact]
    public void A_cut_packet_tells_its_length_truly()
    {
        Packet packet = Parse("in a tcp 10.0.0.1:1 10.0.0.2:2 len 25").Packet;

        Assert.Equal(25, packet.Bytes.Length);
        Assert.Equal(25, packet.DeclaredLength);
        Assert.Equal(0, InternetChecksum.Of(packet.Bytes[..20]));
        Assert.Equal(45, Parse("in a tcp fd00::1 [fd00::2]:2 len 45").Packet.DeclaredLength);
    }

    [Fact]
    public void Odd_packets_are_printed_too()
    {
        byte[] bytes = IPv6Header.Between("fd00::1", "fd00::2").Carry(new RawTransport(60));
        Assert.Equal("in broken fd00::1 fd00::2 len 40 ttl 64", PacketDescription.Print(new(Family.IPv6, Hook.LocalIn, bytes)));
        Assert.Equal("out x IPv4 cut len 3", PacketDescription.Print(new(Family.IPv4, Hook.LocalOut, bytes.AsSpan(0, 3)) { OutInterface = "x" }));
        byte[] longer = (IPv4Header.Between("10.0.0.1", "10.0.0.2") with { TotalLength = 99 }).Carry(new RawTransport(253));
        Assert.Equal("in proto 253 10.0.0.1 10.0.0.2 len 20 ttl 64 declared 99", PacketDescription.Print(new(Family.IPv4, Hook.LocalIn, longer)));
    }

    [Fact]
    public void A_printed_packet_reads_back_the_same()
    {
        Gen<string> protocol = Gen.OneOf("tcp", "udp", "sctp", "dccp", "udplite", "icmp", "icmpv6", "esp", "proto 99");
        Gen<string> extras = Gen.OneOf("", "ttl 9", "mark 77", "len 1000", "frag 0", "new");
        Gen.Select(protocol, extras, extras, Gen.UShort, Gen.UShort, Gen.Bool).Sample((p, a, b, from, to, isV6) =>
        {
            bool six = p == "icmpv6" || isV6 && p != "icmp";
            bool ports = p is not ("icmp" or "icmpv6" or "esp" or "proto 99");
            string End(string v4, string v6, ushort port) => (six ? $"[{v6}]" : v4) + (ports ? $":{port}" : "");
            string text = $"forward eth0 eth1 {p} {End("10.0.0.1", "fd00::1", from)} {End("10.0.0.2", "fd00::2", to)} {a} {(a == b ? "" : b)}";
            Packet packet = Parse(text).Packet;
            Packet again = Parse(PacketDescription.Print(packet)).Packet;
            Assert.Equal(Convert.ToHexString(packet.Bytes), Convert.ToHexString(again.Bytes));
            Assert.Equal((packet.Hook, packet.InInterface, packet.OutInterface, packet.Mark), (again.Hook, again.InInterface, again.OutInterface, again.Mark));
        });
    }

    private static PacketDescription Parse(string text) =>
        PacketDescription.TryParse(text, out PacketDescription? description, out DescriptionError? error)
            ? description
            : throw new FormatException($"{text}: {error}");
}

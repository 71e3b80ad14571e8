using MiniFirewall.Packets;
using MiniFirewall.Packets.Building;
using Xunit;

namespace MiniFirewall.Tests.Packets;

public sealed class PacketTests
{
    [Theory]
    [InlineData(Family.IPv4, 19, false)]
    [InlineData(Family.IPv4, 20, true)]
    [InlineData(Family.IPv6, 39, false)]
    [InlineData(Family.IPv6, 40, true)]
    public void A_packet_shorter_than_its_network_header_is_not_whole(Family family, int length, bool isWhole)
    {
        Assert.Equal(isWhole, new Packet(family, Hook.LocalIn, new byte[length]).HeaderIsWhole);
    }

    [Fact]
    public void Fields_of_an_IPv4_packet_are_read_from_its_bytes()
    {
        IPv4Header header = IPv4Header.Between("10.1.2.3", "203.0.113.9") with { Ttl = 7, FragmentOffset = 3, Options = [1, 1, 1, 1] };
        var packet = new Packet(Family.IPv4, Hook.LocalIn, header.Carry(new RawTransport(17) { Payload = [1, 2, 3] }));

        Assert.Equal(0x0a010203u, (uint)packet.Source);
        Assert.Equal(0xcb007109u, (uint)packet.Destination);
        Assert.Equal(7, packet.HopLimit);
        Assert.Equal(27, packet.DeclaredLength);
        Assert.Equal(new TransportLocation(false, 17, 24, 3), packet.Transport);
        Assert.Equal([1, 2, 3], packet.TransportBytes.ToArray());
    }

    [Fact]
    public void Fields_of_an_IPv6_packet_are_read_from_its_bytes()
    {
        IPv6Header header = IPv6Header.Between("2001:db8::1", "fd00::2") with { HopLimit = 9 };
        var packet = new Packet(Family.IPv6, Hook.LocalIn, header.Carry(new UdpDatagram(1, 2)));

        Assert.Equal(AddressText.Parse(Family.IPv6, "2001:db8::1"), packet.Source);
        Assert.Equal(AddressText.Parse(Family.IPv6, "fd00::2"), packet.Destination);
        Assert.Equal(9, packet.HopLimit);
        Assert.Equal(48, packet.DeclaredLength);
        Assert.Equal(new TransportLocation(false, 17, 40, 0), packet.Transport);
    }

    [Theory]
    [InlineData(15)]
    [InlineData(0)]
    public void An_IPv4_header_length_beyond_or_below_the_truth_is_believed(byte words)
    {
        byte[] bytes = (IPv4Header.Between("10.0.0.1", "10.0.0.2") with { HeaderWords = words }).Carry(new UdpDatagram(1, 2));
        var packet = new Packet(Family.IPv4, Hook.LocalIn, bytes);

        Assert.Equal(words * 4, packet.Transport.Offset);
        Assert.Equal(Math.Max(0, 28 - words * 4), packet.TransportBytes.Length);
    }
}

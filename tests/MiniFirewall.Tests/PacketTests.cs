using MiniFirewall.Packets;
using Xunit;

namespace MiniFirewall.Tests;

public sealed class PacketTests
{
    [Fact]
    public void A_packet_shorter_than_its_network_header_is_not_whole()
    {
        Assert.False(new Packet(Family.IPv4, Hook.LocalIn, new byte[19]).HeaderIsWhole);
    }
}

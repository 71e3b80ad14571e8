using MiniFirewall.Packets;
using MiniFirewall.Packets.Building;
using Xunit;

namespace MiniFirewall.Tests.Packets;

/// <summary>The walk of ipv6_find_hdr (net/ipv6/exthdrs_core.c).</summary>
public sealed class TransportLocatorTests
{
    private static readonly IPv6Header Header = IPv6Header.Between("2001:db8::1", "2001:db8::2");
    private static readonly UdpDatagram Udp = new(1, 2);

    [Fact]
    public void Every_extension_header_is_stepped_over_in_any_order()
    {
        TransportLocation found = Locate(
            OptionsExtension.Destination, OptionsExtension.HopByHop, new RoutingExtension(2, 0, [7]), new AuthenticationExtension(),
            new FragmentExtension(0, true, 1), new OptionsExtension(60, 3));

        Assert.Equal(new TransportLocation(false, 17, 40 + 8 + 8 + 24 + 24 + 8 + 32, 0), found);
    }

    [Fact]
    public void An_authentication_header_is_measured_in_words_of_four_bytes()
    {
        Assert.Equal(40 + 12 + 8, Locate(new AuthenticationExtension(2)).Offset);
    }

    [Fact]
    public void No_next_header_and_ESP_end_the_walk()
    {
        Assert.Equal(new(false, 59, 48, 0), Locate(new RawTransport(59), OptionsExtension.Destination));
        Assert.Equal(new(false, 50, 48, 0), Locate(new EspPacket(1, 1), OptionsExtension.Destination));
    }

    [Fact]
    public void A_later_fragment_has_its_fragment_headers_protocol_and_an_offset_in_bytes()
    {
        Assert.Equal(new(false, 17, 0, 24), Locate(new FragmentExtension(3, false, 1)));
        Assert.Equal(new(false, 59, 0, 24), Locate(new RawTransport(59), new FragmentExtension(3, false, 1)));
    }

    [Fact]
    public void A_later_fragment_of_an_extension_header_is_broken()
    {
        Assert.Equal(TransportLocation.Broken, Locate(new FragmentExtension(3, false, 1), OptionsExtension.Destination));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(60)]
    [InlineData(51)]
    [InlineData(43)]
    [InlineData(44)]
    public void A_header_that_is_cut_breaks_the_chain(byte number)
    {
        byte[] bytes = (Header with { LastNextHeader = number }).Carry(new RawTransport(number) { Payload = [17, 0, 0, 0, 0, 0, 0, 0] });
        for (int present = 0; present <= 8; present++)
        {
            TransportLocation found = new Packet(Family.IPv6, Hook.LocalIn, bytes.AsSpan(0, 40 + present)).Transport;
            Assert.Equal(present < 8, found.IsBroken);
        }
    }

    [Fact]
    public void A_header_longer_than_the_packet_breaks_the_chain()
    {
        byte[] bytes = Header.Carry(new RawTransport(60) { Payload = [17, 200, 0, 0, 0, 0, 0, 0] });

        Assert.Equal(TransportLocation.Broken, new Packet(Family.IPv6, Hook.LocalIn, bytes).Transport);
    }

    private static TransportLocation Locate(params IPv6Extension[] extensions) => Locate(Udp, extensions);

    private static TransportLocation Locate(Transport transport, params IPv6Extension[] extensions) =>
        new Packet(Family.IPv6, Hook.LocalIn, (Header with { Extensions = [.. extensions] }).Carry(transport)).Transport;
}

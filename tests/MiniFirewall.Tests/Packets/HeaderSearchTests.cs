using MiniFirewall.Packets;
using MiniFirewall.Packets.Building;
using MiniFirewall.Testing.Packets;
using Xunit;

namespace MiniFirewall.Tests.Packets;

/// <summary>ipv6_find_hdr with a target (net/ipv6/exthdrs_core.c), case by case. Chains are "NUMBER:HEX ...", without each header's first byte.</summary>
public sealed class HeaderSearchTests
{
    private const byte HopByHop = 0, Routing = 43, Fragment = 44, Destination = 60;
    private const string Options = "60:00010400000000", First = "44:00000100000007", Later = "44:00000800000007";

    [Theory]
    [InlineData(Destination, "", HeaderSearchEnd.Absent, 0)]
    [InlineData(Destination, Options, HeaderSearchEnd.Found, 40)]
    [InlineData(HopByHop, Options, HeaderSearchEnd.Absent, 0)]
    [InlineData(Destination, First + " " + Options, HeaderSearchEnd.Found, 48)]
    [InlineData(Destination, Later + " " + Options, HeaderSearchEnd.Absent, 0)]
    [InlineData(Fragment, Options + " " + Later, HeaderSearchEnd.Found, 48)]
    [InlineData(Fragment, "60:010000000000000000000000000000 " + First, HeaderSearchEnd.Found, 56)]
    [InlineData(Fragment, "60:7f010400000000 " + First, HeaderSearchEnd.Broken, 0)]
    [InlineData(Fragment, "60:7f010400000000", HeaderSearchEnd.Broken, 0)]
    [InlineData(Fragment, "51:0100000000000000000000 " + First, HeaderSearchEnd.Found, 52)]
    [InlineData(Routing, "44:ffffffffffffff 43:00000000000000", HeaderSearchEnd.Absent, 0)]
    [InlineData(Routing, "44:ff000000000000 43:00000000000000", HeaderSearchEnd.Found, 48)]
    public void Whole_packets(byte header, string chain, HeaderSearchEnd end, int offset) =>
        Assert.Equal(new HeaderSearch(end, offset), HeaderSearch.For(header, Packet(chain)));

    [Theory]
    [InlineData(Destination, Options, 1, HeaderSearchEnd.Broken)]
    [InlineData(Destination, Options, 2, HeaderSearchEnd.Found)]
    [InlineData(Destination, Options, 7, HeaderSearchEnd.Found)]
    [InlineData(Fragment, Options, 2, HeaderSearchEnd.Broken)]
    [InlineData(Fragment, Options, 7, HeaderSearchEnd.Broken)]
    [InlineData(Fragment, Options, 8, HeaderSearchEnd.Absent)]
    [InlineData(Fragment, First, 3, HeaderSearchEnd.Broken)]
    [InlineData(Fragment, First, 4, HeaderSearchEnd.Found)]
    [InlineData(Routing, "43:00000000000000", 3, HeaderSearchEnd.Broken)]
    [InlineData(Routing, "43:00000000000000", 4, HeaderSearchEnd.Found)]
    [InlineData(Destination, "43:00000000000000", 3, HeaderSearchEnd.Broken)]
    [InlineData(Destination, Options + " " + Options, 9, HeaderSearchEnd.Found)]
    public void Cut_packets(byte header, string chain, int left, HeaderSearchEnd end) =>
        Assert.Equal(end, HeaderSearch.For(header, Packet(chain).AsSpan(0, 40 + left)).End);

    [Fact]
    public void A_chain_has_no_greatest_length()
    {
        string chain = string.Join(' ', Enumerable.Repeat(Options, 500));
        Assert.Equal(new HeaderSearch(HeaderSearchEnd.Found, 40 + (500 * 8)), HeaderSearch.For(Fragment, Packet(chain + " " + First)));
    }

    [Fact]
    public void A_cut_network_header_is_broken() =>
        Assert.Equal(HeaderSearchEnd.Broken, HeaderSearch.For(Fragment, Packet(First).AsSpan(0, 39)).End);

    private static byte[] Packet(string chain) => (IPv6Header.Between("2001:db8::1", "2001:db8::2") with
    {
        Extensions = [.. chain.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(RawExtension.Parse)],
    }).Carry(new TcpSegment(1, 2));
}

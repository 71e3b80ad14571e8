using MiniFirewall.Packets;
using MiniFirewall.Packets.Building;
using Xunit;

namespace MiniFirewall.Kernel.Tests.Matches;

/// <summary>-m u32 (iptables-extensions(8); net/netfilter/xt_u32.c): arithmetic with words of the packet.</summary>
[Collection(MatchLab.Name)]
public sealed class U32Tests(MatchLab lab)
{
    // 198.51.100.1 to 203.0.113.9, UDP 1000 to 22; the payload is 00 01 ... 0b: 40 bytes.
    private static readonly byte[] Packet = IPv4Header.Between("198.51.100.1", "203.0.113.9").Carry(new UdpDatagram(1000, 22) { Payload = [.. Enumerable.Range(0, 12).Select(i => (byte)i)] });

    [Theory]
    [InlineData("6&0xFF=17", Says.Match)]
    [InlineData("6&0xFF=6", Says.Miss)]
    [InlineData("6&0xFF=6,16:18", Says.Match)]
    [InlineData("6&0xFF=18:16", Says.Miss)]
    [InlineData("0>>28=4", Says.Match)]
    [InlineData("12=0xC6336401", Says.Match)]
    [InlineData("12=0xC6336400:0xC6336402", Says.Match)]
    [InlineData("12<<8=0x33640100", Says.Match)]
    [InlineData("0>>22&0x3C@0>>16=1000", Says.Match)]
    [InlineData("0>>22&0x3C@0&0xFFFF=22", Says.Match)]
    [InlineData("0>>22&0x3C@0&0xFFFF=23", Says.Miss)]
    [InlineData("0>>22&0x3C@8=0x00010203", Says.Match)]
    [InlineData("0>>22&0x3C@16=0x08090a0b", Says.Match)]
    [InlineData("0>>22&0x3C@17=0:0xffffffff", Says.Miss)]
    [InlineData("36=0:0xffffffff", Says.Match)]
    [InlineData("37=0:0xffffffff", Says.Miss)]
    [InlineData("0xffffffff=0:0xffffffff", Says.Miss)]
    [InlineData("28&0xff@0=0x45000028,0:0xffffffff", Says.Match)]
    [InlineData("28&0xff@0xfffffffd=0:0xffffffff", Says.Miss)]
    [InlineData("12@0=0:0xffffffff", Says.Miss)]
    [InlineData("28&0xff@25&0xff@0>>24=0", Says.Match)]
    [InlineData("6&0xFF=17&&0>>22&0x3C@0&0xFFFF=22", Says.Match)]
    [InlineData("6&0xFF=17&&0>>22&0x3C@0&0xFFFF=23", Says.Miss)]
    [InlineData("6&0xFF=6&&0>>22&0x3C@0&0xFFFF=22", Says.Miss)]
    [InlineData("0>>31<<31=0", Says.Match)]
    public void Tests(string tests, Says says)
    {
        lab.Check($"-m u32 --u32 \"{tests}\"", Family.IPv4, Packet, says);
        lab.Check($"-m u32 ! --u32 \"{tests}\"", Family.IPv4, Packet, says == Says.Match ? Says.Miss : Says.Match);
    }

    [Theory]
    [InlineData("0>>28=6", Says.Match)]
    [InlineData("4>>8&0xff=17", Says.Match)]
    [InlineData("40>>16=1000", Says.Match)]
    [InlineData("40>>16=1001", Says.Miss)]
    public void IPv6(string tests, Says says) => lab.Check(
        $"-m u32 --u32 \"{tests}\"", Family.IPv6, IPv6Header.Between("2001:db8:1::1", "2001:db8:2::2").Carry(new UdpDatagram(1000, 22)), says);
}

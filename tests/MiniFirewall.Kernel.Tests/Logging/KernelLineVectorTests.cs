using MiniFirewall.Compiler;
using MiniFirewall.Engine.Logging;
using MiniFirewall.Packets;
using MiniFirewall.Packets.Building;
using MiniFirewall.Rules.Targets;
using Xunit;

namespace MiniFirewall.Kernel.Tests.Logging;

/// <summary>Lines in the words of the kernel's net/netfilter/nf_log_syslog.c, for machines whose kernel does not write them here.</summary>
public sealed class KernelLineVectorTests
{
    private const LogDetails All = LogDetails.TcpSequence | LogDetails.TcpOptions | LogDetails.IpOptions | LogDetails.Uid | LogDetails.MacDecode;
    private const string Ends = "SRC=192.0.2.1 DST=198.51.100.9 ";

    private static readonly byte[] Ethernet = [2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 0xfe, 8, 0];
    private static readonly IPv4Header V4 = IPv4Header.Between("192.0.2.1", "198.51.100.9") with { Identification = 7, DontFragment = true };
    private static readonly IPv6Header V6 = IPv6Header.Between("2001:db8::1", "2001:db8::2");
    private static readonly TcpSegment Syn = new(4000, 80) { Sequence = 77, Acknowledgement = 78, Options = [2, 4, 5, 180] };

    [Theory]
    [InlineData(LogDetails.None, "p: IN= OUT=eth0 " + Ends + "LEN=44 TOS=0x00 PREC=0x00 TTL=64 ID=7 DF PROTO=TCP SPT=4000 DPT=80 WINDOW=65535 RES=0x00 SYN URGP=0 MARK=0x2a ")]
    [InlineData(All, "p: IN= OUT=eth0 " + Ends + "LEN=44 TOS=0x00 PREC=0x00 TTL=64 ID=7 DF PROTO=TCP SPT=4000 DPT=80 SEQ=77 ACK=78 WINDOW=65535 RES=0x00 SYN URGP=0 OPT (020405B4) UID=1 GID=2 MARK=0x2a ")]
    public void Of_tcp(LogDetails details, string line) => Assert.Equal(line, KernelLine.Of(
        Record(Family.IPv4, V4.Carry(Syn)) with { OutInterface = "eth0", Mark = 42, Owner = new(1, 2) }, "p: ", details));

    [Theory]
    [InlineData(LogDetails.None, 0, "MAC=02:00:00:00:00:01:02:00:00:00:00:fe:08:00 ")]
    [InlineData(LogDetails.MacDecode, 0, "MACSRC=02:00:00:00:00:fe MACDST=02:00:00:00:00:01 MACPROTO=0800 ")]
    [InlineData(LogDetails.MacDecode, 100, "MACSRC=02:00:00:00:00:fe MACDST=02:00:00:00:00:01 VPROTO=8100 VID=100 MACPROTO=0800 ")]
    public void Of_the_link(LogDetails details, ushort tag, string words) => Assert.StartsWith("IN=eth0 OUT= " + words + "SRC=", KernelLine.Of(
        Record(Family.IPv4, V4.Carry(Syn)) with
        {
            InInterface = "eth0",
            InInterfaceIndex = 2,
            Link = new(1, 14, 14, tag == 0 ? (ushort)0 : (ushort)0x8100, tag, (byte[])[.. Ethernet, .. new byte[34]]),
        }, "", details));

    [Fact]
    public void Of_a_link_without_a_header() => Assert.StartsWith("IN=tun0 OUT= MAC= SRC=", KernelLine.Of(
        Record(Family.IPv4, V4.Carry(Syn)) with { InInterface = "tun0", InInterfaceIndex = 2, Link = new(65534, 0, 0, 0, 0, new byte[48]) }, "", All));

    [Fact]
    public void Of_an_error_and_what_it_quotes() => Assert.Equal(
        "IN= OUT= " + Ends + "LEN=56 TOS=0x00 PREC=0x00 TTL=64 ID=7 DF PROTO=ICMP TYPE=3 CODE=4 [" + Ends
        + "LEN=44 TOS=0x00 PREC=0x00 TTL=64 ID=7 DF PROTO=TCP INCOMPLETE [8 bytes] ] MTU=1400 ",
        KernelLine.Of(Record(Family.IPv4, WithMtu(V4.Carry(new IcmpMessage(3, 4) { Payload = [.. V4.Carry(Syn)[..28]] }))), "", LogDetails.None));

    [Fact]
    public void Of_fragments() => Assert.Equal(
        "IN= OUT= " + Ends + "LEN=28 TOS=0x00 PREC=0x00 TTL=64 ID=7 MF FRAG:3 PROTO=UDP ",
        KernelLine.Of(Record(Family.IPv4, (V4 with { DontFragment = false, MoreFragments = true, FragmentOffset = 3 }).Carry(new RawTransport(17) { Payload = [.. new byte[8]] })), "", LogDetails.None));

    [Fact]
    public void Of_ipv6() => Assert.Equal(
        "IN= OUT= SRC=2001:0db8:0000:0000:0000:0000:0000:0001 DST=2001:0db8:0000:0000:0000:0000:0000:0002 LEN=48 TC=0 HOPLIMIT=64 FLOWLBL=0 PROTO=UDP SPT=1 DPT=2 LEN=8 ",
        KernelLine.Of(Record(Family.IPv6, V6.Carry(new UdpDatagram(1, 2))), "", LogDetails.None));

    [Theory]
    [InlineData(LogDetails.None, "FRAG:0 INCOMPLETE ID:00000009 PROTO=UDP SPT=1 DPT=2 LEN=8 ")]
    [InlineData(LogDetails.IpOptions, "OPT ( FRAG:0 INCOMPLETE ID:00000009 ) PROTO=UDP SPT=1 DPT=2 LEN=8 ")]
    public void Of_ipv6_headers(LogDetails details, string end)
    {
        byte[] whole = V6.Carry(new UdpDatagram(1, 2));
        byte[] packet = [.. whole[..6], 44, .. whole[7..40], 17, 0, 0, 1, 0, 0, 0, 9, .. whole[40..]];
        Assert.EndsWith("FLOWLBL=0 " + end, KernelLine.Of(Record(Family.IPv6, packet), "", details), StringComparison.Ordinal);
    }

    private static byte[] WithMtu(byte[] packet)
    {
        (packet[26], packet[27]) = (1400 >> 8, 1400 & 0xff);
        return packet;
    }

    private static EventRecord Record(Family family, byte[] packet) => new()
    {
        MonotonicNanoseconds = 0,
        Counter = 0,
        Kind = EventKind.Log,
        Hook = Hook.LocalOut,
        Family = family,
        InInterfaceIndex = 0,
        OutInterfaceIndex = 0,
        InInterface = "",
        OutInterface = "",
        Length = packet.Length,
        Mark = 0,
        Uid = null,
        Captured = packet,
    };
}

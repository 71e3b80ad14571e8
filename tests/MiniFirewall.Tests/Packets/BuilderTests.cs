using System.Collections.Immutable;
using System.Text;
using CsCheck;
using MiniFirewall.Packets;
using MiniFirewall.Packets.Building;
using Xunit;

namespace MiniFirewall.Tests.Packets;

public sealed class BuilderTests
{
    private static readonly IPv4Header V4 = IPv4Header.Between("192.168.0.1", "192.168.0.199");
    private static readonly IPv6Header V6 = IPv6Header.Between("2001:db8::1", "2001:db8::2");

    [Fact]
    public void The_checksum_is_that_of_RFC_1071_section_3()
    {
        Assert.Equal(0x220d, InternetChecksum.Of([0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7]));
        Assert.Equal(0xfeff, InternetChecksum.Of([1]));
    }

    [Fact]
    public void The_CRC_is_that_of_RFC_3720_appendix_B_4()
    {
        Assert.Equal(0x8a9136aau, Crc32c.Of(new byte[32]));
        Assert.Equal(0xe3069283u, Crc32c.Of(Encoding.ASCII.GetBytes("123456789")));
    }

    [Fact]
    public void An_IPv4_header_is_as_RFC_791_draws_it()
    {
        byte[] bytes = (V4 with { DontFragment = true }).Carry(new UdpDatagram(0, 0) { Payload = Zeros(87) });

        Assert.Equal("45000073000040004011b861c0a80001c0a800c7", Hex(bytes[..20]));
        Assert.Equal(115, bytes.Length);
    }

    [Fact]
    public void IPv4_options_are_filled_up_and_lengthen_the_header()
    {
        byte[] bytes = (V4 with { Options = [0x94, 4, 0, 0, 1] }).Carry(new RawTransport(99) { Payload = [0xaa] });

        Assert.Equal(0x47, bytes[0]);
        Assert.Equal("9404000001000000aa", Hex(bytes[20..]));
    }

    [Fact]
    public void IPv4_fragments_carry_parts_of_one_datagram()
    {
        var whole = new UdpDatagram(1, 2) { Payload = [.. Enumerable.Range(0, 20).Select(i => (byte)i)] };
        byte[] first = (V4 with { MoreFragments = true, Identification = 5 }).Carry(new FragmentSlice(whole, 0, 16));
        byte[] second = (V4 with { FragmentOffset = 2, Identification = 5 }).Carry(new FragmentSlice(whole, 2, 16));

        Assert.Equal("2000", Hex(first[6..8]));
        Assert.Equal("0002", Hex(second[6..8]));
        Assert.Equal(Hex(V4.Carry(whole)[20..]), Hex([.. first[20..], .. second[20..]]));
    }

    [Fact]
    public void A_TCP_header_is_as_RFC_9293_draws_it()
    {
        var segment = new TcpSegment(0x1234, 0x0050)
        {
            Sequence = 0x01020304,
            Acknowledgement = 0x05060708,
            Flags = TcpFlags.Syn | TcpFlags.Ack,
            Window = 0x2000,
            UrgentPointer = 9,
            Options = [2, 4, 5, 0xb4, 1],
            Payload = [0xee],
        };
        string hex = Hex(V4.Carry(segment)[20..]);

        Assert.Equal("12340050010203040506070870122000", hex[..32]);
        Assert.Equal("0009020405b401000000ee", hex[36..]);
    }

    [Fact]
    public void An_ICMP_echo_is_as_RFC_792_draws_it()
    {
        Assert.Equal("0800f7fd00010001", Hex(V4.Carry(new IcmpMessage(8, 0) { Rest = 0x00010001 })[20..]));
    }

    [Fact]
    public void An_IPv6_packet_chains_its_headers_as_RFC_8200_draws_them()
    {
        byte[] bytes = (V6 with
        {
            TrafficClass = 0xab,
            FlowLabel = 0xcdef1,
            HopLimit = 3,
            Extensions =
            [
                OptionsExtension.HopByHop, new RoutingExtension(3, 1, [1]), new FragmentExtension(0, true, 0x11223344),
                new AuthenticationExtension(), OptionsExtension.Destination,
            ],
        }).Carry(new RawTransport(59));

        Assert.Equal("6abcdef100480003", Hex(bytes[..8]));
        Assert.Equal(
            "2b00010400000000" + "2c02030100000000" + new string('0', 31) + "1" + "3300000111223344"
            + "3c040000" + new string('0', 40) + "3b00010400000000",
            Hex(bytes[40..]));
    }

    [Fact]
    public void A_long_options_header_has_no_more_padding_than_Linux_takes()
    {
        Assert.Equal("11011e0c" + new string('0', 24), Hex(new OptionsExtension(0, 1).ToBytes(17)));
        byte[] longest = new OptionsExtension(60, 255).ToBytes(17);
        Assert.Equal(2048, longest.Length);
        int at = 2;
        while (at < longest.Length)
        {
            Assert.Equal(0x1e, longest[at]);
            at += 2 + longest[at + 1];
        }

        Assert.Equal(longest.Length, at);
    }

    [Fact]
    public void SCTP_and_DCCP_headers_are_as_RFC_9260_and_RFC_4340_draw_them()
    {
        byte[] sctp = V4.Carry(new SctpPacket(1, 2) { VerificationTag = 3 })[20..];
        Assert.Equal("0001000200000003", Hex(sctp[..8]));
        Assert.Equal(12, sctp.Length);

        byte[] dccp = V4.Carry(new DccpPacket(1, 2) { Sequence = 0x010203040506 })[20..];
        Assert.Equal("000100020500", Hex(dccp[..6]));
        Assert.Equal("0100010203040506" + "00000000", Hex(dccp[8..]));
    }

    [Fact]
    public void A_UDP_checksum_of_zero_is_sent_as_all_ones()
    {
        // The sum of all else is ffff exactly when the destination port makes it so.
        byte[] open = V4.Carry(new UdpDatagram(1, 0))[20..];
        ushort missing = (ushort)((open[6] << 8) | open[7]);
        Assert.Equal("ffff", Hex(V4.Carry(new UdpDatagram(1, missing))[26..28]));
    }

    [Fact]
    public void A_routing_header_with_hops_to_go_counts_its_last_address_in_the_checksum()
    {
        UInt128 last = AddressText.Parse(Family.IPv6, "2001:db8::9");
        IPv6Header routed = V6 with { Extensions = [new RoutingExtension(2, 1, [last])] };
        IPv6Header direct = IPv6Header.Between("2001:db8::1", "2001:db8::9");

        Assert.Equal(Hex(direct.Carry(new UdpDatagram(1, 2))[40..]), Hex(routed.Carry(new UdpDatagram(1, 2))[64..]));
    }

    [Fact]
    public void A_receiver_finds_every_checksum_right()
    {
        Gen<Transport> transport = Gen.Select(Gen.UShort, Gen.UShort, Gen.Byte.Array[0, 33], Gen.Int[0, 4], (a, b, payload, kind) => (Transport)(kind switch
        {
            0 => new TcpSegment(a, b) { Payload = [.. payload] },
            1 => new UdpDatagram(a, b) { Payload = [.. payload] },
            2 => new UdpLiteDatagram(a, b) { Payload = [.. payload] },
            3 => new DccpPacket(a, b) { Payload = [.. payload] },
            _ => new Icmpv6Message((byte)a, (byte)b) { Payload = [.. payload] },
        }));
        Gen.Select(Gen.UInt, Gen.UInt, Gen.ULong, transport).Sample((s, d, high, carried) =>
        {
            Assert.Equal(0, Received(new(Family.IPv4, s, d), new IPv4Header(s, d).Carry(carried), 20, carried.Protocol));
            UInt128 source = new(high, s), destination = new(d, high);
            Assert.Equal(0, Received(new(Family.IPv6, source, destination), new IPv6Header(source, destination).Carry(carried), 40, carried.Protocol));
        });
    }

    private static int Received(PseudoHeader pseudo, byte[] packet, int header, byte protocol)
    {
        if (header == 20)
        {
            Assert.Equal(0, InternetChecksum.Of(packet.AsSpan(0, 20)));
        }

        return pseudo.Checksum(protocol, packet.AsSpan(header));
    }

    private static ImmutableArray<byte> Zeros(int count) => [.. new byte[count]];

    private static string Hex(byte[] bytes) => Convert.ToHexStringLower(bytes);
}

using System.Collections.Immutable;
using MiniFirewall.Packets;
using MiniFirewall.Packets.Building;

namespace MiniFirewall.Kernel.Tests.Rejecting;

/// <summary>Packets that a peer sends to a router, or through it, each with its name.</summary>
internal static class RejectedPackets
{
    private static readonly (string Name, Transport Transport)[] Carried =
    [
        ("UDP", new UdpDatagram(40000, 53) { Payload = Bytes(5) }),
        ("UDP, 700 bytes", new UdpDatagram(40000, 53) { Payload = Bytes(700) }),
        ("UDP, 1400 bytes", new UdpDatagram(40000, 53) { Payload = Bytes(1400) }),
        ("SYN", new TcpSegment(40001, 80) { Sequence = 0xfffffff0 }),
        ("SYN with data and options", new TcpSegment(40001, 80) { Sequence = 77, Options = [2, 4, 5, 180], Payload = Bytes(9) }),
        ("SYN and FIN", new TcpSegment(40001, 80) { Sequence = 77, Flags = TcpFlags.Syn | TcpFlags.Fin }),
        ("no flag", new TcpSegment(40001, 80) { Sequence = 77, Flags = TcpFlags.None, Payload = Bytes(100) }),
        ("ACK with data", new TcpSegment(40001, 80) { Sequence = 77, Acknowledgement = 0x89abcdef, Flags = TcpFlags.Ack | TcpFlags.Psh, Payload = Bytes(1000) }),
        ("SYN and ACK", new TcpSegment(40001, 80) { Sequence = 77, Acknowledgement = 0x12345678, Flags = TcpFlags.Ack | TcpFlags.Syn }),
        ("RST", new TcpSegment(40001, 80) { Sequence = 77, Flags = TcpFlags.Rst }),
        ("RST and ACK", new TcpSegment(40001, 80) { Sequence = 77, Flags = TcpFlags.Rst | TcpFlags.Ack }),
        ("SCTP", new RawTransport(IpProtocol.Sctp) { Payload = Bytes(16) }),
        ("GRE", new RawTransport(IpProtocol.Gre) { Payload = [0, 0, 8, 0] }),
        ("a protocol without a name, checksum not zero", new RawTransport(253) { Payload = Bytes(24) }),
        ("a protocol without a name, checksum zero", new RawTransport(253) { Payload = [0xff, 0xff, 0, 0] }),
        ("a protocol without a name, nothing in it", new RawTransport(253)),
        ("a protocol without a name, zeros", new RawTransport(253) { Payload = [0, 0, 0, 0] }),
        ("a cut TCP header", new RawTransport(IpProtocol.Tcp) { Payload = Bytes(12) }),
        ("a cut UDP header", new RawTransport(IpProtocol.Udp) { Payload = Bytes(4) }),
    ];

    internal static IEnumerable<(string Name, byte[] Bytes, bool IsBroadcast)> V4(string destination)
    {
        var header = IPv4Header.Between(RejectTwin.PeerV4, destination);
        foreach ((string name, Transport transport) in Carried)
        {
            yield return (name, header.Carry(transport), false);
        }

        byte[] udp = header.Carry(Carried[0].Transport), tcp = header.Carry(Carried[3].Transport);
        yield return ("UDP with a wrong checksum", Changed(udp, ^1), false);
        yield return ("UDP without a checksum", Changed(udp, 26, 27), false);
        yield return ("TCP with a wrong checksum", Changed(tcp, 24), false);
        yield return ("UDP in a broadcast frame", udp, true);
        yield return ("TCP in a broadcast frame", tcp, true);
        foreach (byte type in Enumerable.Range(0, 21).Append(40).Select(type => (byte)type))
        {
            yield return ($"ICMP type {type}", header.Carry(new IcmpMessage(type, 0) { Payload = Bytes(40) }), false);
        }

        yield return ("ICMP with a wrong checksum", Changed(header.Carry(new IcmpMessage(8, 0)), 24), false);
        yield return ("IPv6's number for no header", header.Carry(new RawTransport(IpProtocol.NoNextHeader) { Payload = [0, 0] }), false);
        yield return ("TOS", (header with { TypeOfService = 0xfe }).Carry(Carried[0].Transport), false);
        yield return ("first fragment", (header with { MoreFragments = true, Identification = 9 }).Carry(new FragmentSlice(Carried[1].Transport, 0, 64)), false);
        yield return ("first fragment of TCP", (header with { MoreFragments = true, Identification = 7 }).Carry(new FragmentSlice(Carried[7].Transport, 0, 64)), false);
        yield return ("first fragment of SCTP", (header with { MoreFragments = true, Identification = 8 }).Carry(Carried[11].Transport), false);
        yield return ("later fragment", (header with { FragmentOffset = 8, Identification = 10 }).Carry(new RawTransport(IpProtocol.Udp) { Payload = Bytes(64) }), false);
        yield return ("later fragment of SCTP", (header with { FragmentOffset = 8, Identification = 11 }).Carry(new RawTransport(IpProtocol.Sctp) { Payload = Bytes(64) }), false);
        foreach (string many in (string[])["224.0.0.1", "255.255.255.255", "192.0.2.255"])
        {
            yield return ($"UDP to {many}", IPv4Header.Between(RejectTwin.PeerV4, many).Carry(Carried[0].Transport), true);
            yield return ($"TCP to {many}", IPv4Header.Between(RejectTwin.PeerV4, many).Carry(Carried[3].Transport), true);
        }
    }

    internal static IEnumerable<(string Name, byte[] Bytes, bool IsBroadcast)> V6(string destination)
    {
        var header = IPv6Header.Between(RejectTwin.PeerV6, destination);
        foreach ((string name, Transport transport) in Carried)
        {
            yield return (name, header.Carry(transport), false);
        }

        byte[] udp = header.Carry(Carried[0].Transport), tcp = header.Carry(Carried[3].Transport);
        yield return ("UDP with a wrong checksum", Changed(udp, ^1), false);
        yield return ("TCP with a wrong checksum", Changed(tcp, 44), false);
        foreach (byte type in (byte[])[128, 129, 1, 2, 3, 4, 100, 127, 139, 200])
        {
            yield return ($"ICMPv6 type {type}", header.Carry(new Icmpv6Message(type, 0) { Payload = Bytes(40) }), false);
        }

        yield return ("traffic class", (header with { TrafficClass = 0xfe, FlowLabel = 5 }).Carry(Carried[0].Transport), false);
        yield return ("UDP behind headers", (header with { Extensions = [OptionsExtension.HopByHop, OptionsExtension.Destination] }).Carry(Carried[0].Transport), false);
        yield return ("TCP behind headers", (header with { Extensions = [OptionsExtension.HopByHop, OptionsExtension.Destination] }).Carry(Carried[3].Transport), false);
        yield return ("no next header", header.Carry(new RawTransport(IpProtocol.NoNextHeader) { Payload = Bytes(8) }), false);
        yield return ("first fragment of SCTP", Fragment(header, 0, more: true, 1, IpProtocol.Sctp), false);
        yield return ("later fragment of SCTP", Fragment(header, 8, more: false, 2, IpProtocol.Sctp), false);
        yield return ("later fragment of UDP", Fragment(header, 8, more: false, 3, IpProtocol.Udp), false);
        foreach (string many in (string[])["ff02::1", "ff0e::5"])
        {
            yield return ($"UDP to {many}", IPv6Header.Between(RejectTwin.PeerV6, many).Carry(Carried[0].Transport), false);
            yield return ($"TCP to {many}", IPv6Header.Between(RejectTwin.PeerV6, many).Carry(Carried[3].Transport), false);
        }
    }

    private static byte[] Fragment(IPv6Header header, int offset, bool more, uint identification, byte protocol) =>
        (header with { Extensions = [new FragmentExtension(offset, more, identification)] }).Carry(new RawTransport(protocol) { Payload = Bytes(64) });

    private static ImmutableArray<byte> Bytes(int count) => [.. Enumerable.Range(1, count).Select(i => (byte)i)];

    /// <summary>One place: its bits turned. Two: both set to zero.</summary>
    private static byte[] Changed(byte[] packet, params Index[] places)
    {
        byte[] changed = [.. packet];
        foreach (Index place in places)
        {
            changed[place] = places.Length == 1 ? (byte)~changed[place] : (byte)0;
        }

        return changed;
    }
}

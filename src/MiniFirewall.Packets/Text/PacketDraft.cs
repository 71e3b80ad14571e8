using System.Buffers.Binary;
using System.Collections.Immutable;
using MiniFirewall.Packets.Building;

namespace MiniFirewall.Packets.Text;

/// <summary>What the words of a description have said so far.</summary>
internal sealed class PacketDraft
{
    internal Hook Hook { get; set; }

    internal string InInterface { get; set; } = "";

    internal string OutInterface { get; set; } = "";

    internal byte Protocol { get; set; }

    internal Endpoint Source { get; set; }

    internal Endpoint Destination { get; set; }

    internal TcpFlags? Flags { get; set; }

    internal (byte Type, byte Code)? Icmp { get; set; }

    internal ConnectionState State { get; set; } = ConnectionState.New;

    internal bool IsReply { get; set; }

    internal int? Length { get; set; }

    internal byte Ttl { get; set; } = 64;

    internal uint Mark { get; set; }

    /// <summary>In 8-byte units; null for a whole packet.</summary>
    internal int? FragmentOffset { get; set; }

    internal Family Family => Source.Family;

    internal Packet ToPacket() => new(Family, Hook, Sized(Whole(payload: 0)))
    {
        InInterface = InInterface,
        OutInterface = OutInterface,
        Mark = Mark,
        ConnectionState = State,
        ConnectionDirection = State is ConnectionState.Invalid or ConnectionState.Untracked ? ConnectionDirection.None
            : IsReply ? ConnectionDirection.Reply : ConnectionDirection.Original,
    };

    private byte[] Whole(int payload)
    {
        Transport transport = FragmentOffset > 0
            ? new RawTransport(Protocol) { Payload = Zeros(payload) }
            : WholeTransport() with { Payload = Zeros(payload) };
        return Family == Family.IPv4 ? CarryV4(transport) : CarryV6(transport);
    }

    private Transport WholeTransport() => Protocol switch
    {
        IpProtocol.Tcp => new TcpSegment(Source.PortOrDefault, Destination.PortOrDefault) { Flags = Flags ?? DefaultFlags },
        IpProtocol.Udp => new UdpDatagram(Source.PortOrDefault, Destination.PortOrDefault),
        IpProtocol.UdpLite => new UdpLiteDatagram(Source.PortOrDefault, Destination.PortOrDefault),
        IpProtocol.Sctp => new SctpPacket(Source.PortOrDefault, Destination.PortOrDefault),
        IpProtocol.Dccp => new DccpPacket(Source.PortOrDefault, Destination.PortOrDefault),
        IpProtocol.Icmp => new IcmpMessage(Icmp?.Type ?? 8, Icmp?.Code ?? 0),
        IpProtocol.Icmpv6 => new Icmpv6Message(Icmp?.Type ?? 128, Icmp?.Code ?? 0),
        IpProtocol.Esp => new EspPacket(1, 1),
        _ => new RawTransport(Protocol),
    };

    private TcpFlags DefaultFlags => State == ConnectionState.Established ? TcpFlags.Ack : TcpFlags.Syn;

    private byte[] CarryV4(Transport transport) => new IPv4Header((uint)Source.Address, (uint)Destination.Address)
    {
        Ttl = Ttl,
        FragmentOffset = FragmentOffset ?? 0,
        MoreFragments = FragmentOffset == 0,
    }.Carry(transport);

    private byte[] CarryV6(Transport transport) => new IPv6Header(Source.Address, Destination.Address)
    {
        HopLimit = Ttl,
        Extensions = FragmentOffset is { } offset ? [new FragmentExtension(offset, offset == 0, 1)] : [],
    }.Carry(transport);

    /// <summary>The packet at the length asked for: with a payload of zeros, or cut, with a header that tells so.</summary>
    private byte[] Sized(byte[] bytes)
    {
        if (Length is not { } length || length == bytes.Length)
        {
            return bytes;
        }

        return length > bytes.Length ? Whole(length - bytes.Length) : Cut(bytes, length);
    }

    private byte[] Cut(byte[] bytes, int length)
    {
        Span<byte> cut = bytes.AsSpan(0, length);
        if (Family == Family.IPv6)
        {
            BinaryPrimitives.WriteUInt16BigEndian(cut[4..], (ushort)(length - 40));
            return cut.ToArray();
        }

        BinaryPrimitives.WriteUInt16BigEndian(cut[2..], (ushort)length);
        cut.Slice(10, 2).Clear();
        BinaryPrimitives.WriteUInt16BigEndian(cut[10..], InternetChecksum.Of(cut[..20]));
        return cut.ToArray();
    }

    private static ImmutableArray<byte> Zeros(int count) => [.. new byte[count]];
}

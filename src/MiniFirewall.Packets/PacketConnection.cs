using System.Buffers.Binary;

namespace MiniFirewall.Packets;

/// <summary>What is known of a packet's connection, the packet itself included (struct nf_conn).</summary>
/// <param name="Original">As its first packet was sent, before any translation.</param>
/// <param name="Reply">As answers are sent to this machine, before any translation.</param>
public sealed record PacketConnection(byte Protocol, ConnectionPath Original, ConnectionPath Reply)
{
    public ConnectionStatus Status { get; init; }

    /// <summary>Whole seconds until it ends, if nothing more comes of it; 0 until its first packet has passed.</summary>
    public uint SecondsLeft { get; init; }

    public uint Mark { get; init; }

    /// <summary>Bit n is label n.</summary>
    public UInt128 Labels { get; init; }

    public Traffic OriginalTraffic { get; init; }

    public Traffic ReplyTraffic { get; init; }

    /// <summary>The connection of a packet of which no more is known than itself, its state and its direction: untranslated.</summary>
    public static PacketConnection UsualOf(Packet packet)
    {
        ArgumentNullException.ThrowIfNull(packet);
        bool isReply = packet.ConnectionDirection == ConnectionDirection.Reply;
        byte protocol = packet.Transport.Protocol;
        (ConnectionPath there, ConnectionPath back) = PathsOf(packet, protocol);
        var traffic = new Traffic(1, (ulong)packet.Bytes.Length);
        return new(protocol, isReply ? back : there, isReply ? there : back)
        {
            Status = packet.ConnectionState == ConnectionState.New ? ConnectionStatus.None : ConnectionStatus.Confirmed | ConnectionStatus.SeenReply,
            OriginalTraffic = isReply ? default : traffic,
            ReplyTraffic = isReply ? traffic : default,
        };
    }

    private static (ConnectionPath There, ConnectionPath Back) PathsOf(Packet packet, byte protocol)
    {
        ReadOnlySpan<byte> header = packet.Transport.FragmentOffset == 0 ? packet.TransportBytes : default;
        if (header.Length >= 8 && protocol == (packet.Family == Family.IPv4 ? IpProtocol.Icmp : IpProtocol.Icmpv6))
        {
            ushort identifier = BinaryPrimitives.ReadUInt16BigEndian(header[4..]);
            return (
                new(packet.Source, packet.Destination, identifier, BinaryPrimitives.ReadUInt16BigEndian(header)),
                new(packet.Destination, packet.Source, identifier, (ushort)((Answer(header[0], packet.Family) << 8) | header[1])));
        }

        bool hasPorts = header.Length >= 4 && protocol is IpProtocol.Tcp or IpProtocol.Udp or IpProtocol.UdpLite or IpProtocol.Sctp;
        ushort first = hasPorts ? BinaryPrimitives.ReadUInt16BigEndian(header) : (ushort)0, second = hasPorts ? BinaryPrimitives.ReadUInt16BigEndian(header[2..]) : (ushort)0;
        return (new(packet.Source, packet.Destination, first, second), new(packet.Destination, packet.Source, second, first));
    }

    /// <summary>The type that answers a query, or is answered (nf_conntrack_proto_icmp.c, invmap).</summary>
    private static byte Answer(byte type, Family family) => (family, type) switch
    {
        (Family.IPv4, 8) => 0,
        (Family.IPv4, 0) => 8,
        (Family.IPv4, 13 or 15 or 17) or (Family.IPv6, 128 or 139) => (byte)(type + 1),
        (Family.IPv4, 14 or 16 or 18) or (Family.IPv6, 129 or 140) => (byte)(type - 1),
        _ => type,
    };
}

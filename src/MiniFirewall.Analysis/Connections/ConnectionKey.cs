using System.Buffers.Binary;
using MiniFirewall.Packets;

namespace MiniFirewall.Analysis.Connections;

/// <summary>What connections are told apart by (net/netfilter/nf_conntrack_core.c, nf_ct_get_tuple): one direction of one.</summary>
internal readonly record struct ConnectionKey(Family Family, byte Protocol, ConnectionPath Path)
{
    private const int PortsSize = 4, QuerySize = 8;

    /// <summary>Null where the header is cut before that.</summary>
    /// <param name="transport">From the transport header on.</param>
    internal static ConnectionKey? Of(Family family, byte protocol, UInt128 source, UInt128 destination, ReadOnlySpan<byte> transport)
    {
        if (IsQuery(protocol))
        {
            return transport.Length < QuerySize ? null : new(family, protocol, new(source, destination, U16(transport, 4), U16(transport, 0)));
        }

        bool hasPorts = protocol is IpProtocol.Tcp or IpProtocol.Udp or IpProtocol.UdpLite or IpProtocol.Sctp;
        return !hasPorts ? new(family, protocol, new(source, destination, 0, 0))
            : transport.Length < PortsSize ? null
            : new(family, protocol, new(source, destination, U16(transport, 0), U16(transport, 2)));
    }

    /// <summary>That of answers; null where nothing can be an answer.</summary>
    internal ConnectionKey? Reversed
    {
        get
        {
            if (!IsQuery(Protocol))
            {
                return this with { Path = new(Path.Destination, Path.Source, Path.DestinationPort, Path.SourcePort) };
            }

            return AnswerTo(Type, Protocol) is { } answer
                ? this with { Path = new(Path.Destination, Path.Source, Path.SourcePort, (ushort)((answer << 8) | (Path.DestinationPort & 0xff))) }
                : null;
        }
    }

    /// <summary>Of an ICMP message.</summary>
    internal byte Type => (byte)(Path.DestinationPort >> 8);

    private static bool IsQuery(byte protocol) => protocol is IpProtocol.Icmp or IpProtocol.Icmpv6;

    private static ushort U16(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt16BigEndian(bytes[at..]);

    /// <summary>nf_conntrack_proto_icmp.c and nf_conntrack_proto_icmpv6.c, invmap.</summary>
    private static byte? AnswerTo(byte type, byte protocol) => (protocol, type) switch
    {
        (IpProtocol.Icmp, 0) => 8,
        (IpProtocol.Icmp, 8) => 0,
        (IpProtocol.Icmp, 13 or 15 or 17) or (IpProtocol.Icmpv6, 128 or 139) => (byte)(type + 1),
        (IpProtocol.Icmp, 14 or 16 or 18) or (IpProtocol.Icmpv6, 129 or 140) => (byte)(type - 1),
        _ => null,
    };
}

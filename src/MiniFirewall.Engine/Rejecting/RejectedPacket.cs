using System.Buffers.Binary;
using MiniFirewall.Compiler;
using MiniFirewall.Packets;
using MiniFirewall.Packets.Building;

namespace MiniFirewall.Engine.Rejecting;

/// <summary>
/// A rejected packet as its answer is made from it: where its transport header is, and whether its checksum is to be trusted
/// (net/ipv4/netfilter/nf_reject_ipv4.c, net/ipv6/netfilter/nf_reject_ipv6.c, net/netfilter/utils.c).
/// </summary>
internal sealed class RejectedPacket
{
    private readonly Packet _packet;

    internal RejectedPacket(RejectRecord record)
    {
        Record = record;
        _packet = new Packet(record.Family, record.Hook, record.Captured.Span);
    }

    internal RejectRecord Record { get; }

    internal UInt128 Source => _packet.Source;

    internal UInt128 Destination => _packet.Destination;

    internal byte TrafficClass => _packet.TrafficClass;

    internal byte Protocol => _packet.Transport.Protocol;

    /// <summary>The bytes from the transport header on, as many as were captured.</summary>
    internal ReadOnlySpan<byte> Transport => _packet.TransportBytes;

    /// <summary>Bytes from the transport header on, captured or not.</summary>
    internal int TransportLength => Record.Length - _packet.Transport.Offset;

    internal ReadOnlySpan<byte> Bytes => _packet.Bytes;

    /// <summary>It has its network header and begins, at least, a transport header: it is no later fragment, and no chain of IPv6 headers that leads nowhere.</summary>
    internal bool HasTransport => _packet.HeaderIsWhole
        && _packet.Transport is { IsBroken: false, FragmentOffset: 0 }
        && (Record.Family == Family.IPv4 ? TransportLength >= 0 : TransportLength > 0 && Protocol != IpProtocol.NoNextHeader);

    /// <summary>Device or stack have found it right, or it is a local sender's (skb_csum_unnecessary).</summary>
    private bool ChecksumIsKnown => Record.ChecksumIsValid || Record.Checksum is ChecksumState.Unnecessary or ChecksumState.Partial;

    /// <summary>
    /// Whether an ICMP error may answer it: protocols without a checksum of the Internet's kind over all their bytes are not
    /// checked (nf_reject_verify_csum).
    /// </summary>
    internal bool ChecksumAllowsError => ChecksumIsKnown || !IsVerifiable || ChecksumHolds;

    /// <summary>
    /// As nf_ip_checksum: what a device has summed is compared at LOCAL_IN alone. False where not all bytes were captured, and
    /// nobody can tell.
    /// </summary>
    internal bool ChecksumHolds => ChecksumIsKnown
        || (Record.Checksum == ChecksumState.Complete && Record.Hook != Hook.LocalIn)
        || (Record.Length == Record.Captured.Length && IsZeroSum());

    private bool IsVerifiable => Protocol switch
    {
        IpProtocol.Udp => Transport.Length < 8 || BinaryPrimitives.ReadUInt16BigEndian(Transport[6..]) != 0,
        IpProtocol.Gre or IpProtocol.Authentication or IpProtocol.Esp or IpProtocol.Sctp or IpProtocol.UdpLite or IpProtocol.Dccp => false,
        _ => true,
    };

    /// <summary>Without a pseudo header the kernel sums IPv4's own with the rest: nothing, or zeros alone, are right behind it.</summary>
    private bool IsZeroSum()
    {
        bool hasPseudoHeader = Record.Family == Family.IPv6 || Protocol is IpProtocol.Tcp or IpProtocol.Udp;
        return hasPseudoHeader
            ? new PseudoHeader(Record.Family, Source, Destination).Checksum(Protocol, Transport) == 0
            : InternetChecksum.Of(Bytes) == 0;
    }
}

using MiniFirewall.Compiler;
using MiniFirewall.Packets;
using MiniFirewall.Policy;

namespace MiniFirewall.Engine.Rejecting;

/// <summary>
/// Decides whether a rejected packet may be answered (RFC 1122 section 3.2.2, RFC 4443 section 2.4, as the kernel has it) and
/// makes the answer.
/// </summary>
/// <param name="ttl">Of IPv4 answers.</param>
/// <param name="hopLimit">Of IPv6 answers.</param>
internal sealed class AnswerBuilder(byte ttl, byte hopLimit, AnswerSource sourceFor)
{
    // RTCF_* (include/uapi/linux/in_route.h).
    private const uint RouteBroadcast = 0x10000000, RouteMulticast = 0x20000000;

    /// <summary>Null where there must be no answer.</summary>
    internal AnswerPacket? Build(RejectRecord record)
    {
        var packet = new RejectedPacket(record);
        if (!packet.HasTransport || !IsOneHost(record.Family, packet.Source) || !IsForOneHost(record, packet.Destination))
        {
            return null;
        }

        int scope = IsLinkLocal(record.Family, packet.Source)
            ? record.InInterfaceIndex != 0 ? record.InInterfaceIndex : record.OutInterfaceIndex
            : 0;
        byte limit = record.Family == Family.IPv4 ? ttl : hopLimit;
        byte[]? bytes = record.Answer == Answer.TcpReset
            ? TcpReset.Of(packet, limit)
            : Unreachable.Of(packet, limit, scope, sourceFor);
        return bytes is null ? null : new AnswerPacket(record.Family, bytes, packet.Source, scope, record.Mark);
    }

    /// <summary>Broadcast is what the route says (an address alone does not); an error, but no reset, looks at the frame too.</summary>
    private static bool IsForOneHost(RejectRecord record, UInt128 destination) =>
        (record.RouteFlags & (RouteBroadcast | RouteMulticast)) == 0
        && !IsMulticast(record.Family, destination)
        && (record.LinkType == LinkType.Host || record.Answer == Answer.TcpReset);

    private static bool IsOneHost(Family family, UInt128 source) =>
        source != 0 && !IsMulticast(family, source) && (family == Family.IPv6 || source != uint.MaxValue);

    private static bool IsMulticast(Family family, UInt128 address) =>
        family == Family.IPv4 ? (uint)address >> 28 == 0xe : address >> 120 == 0xff;

    private static bool IsLinkLocal(Family family, UInt128 address) => family == Family.IPv6 && address >> 118 == 0x3fa;
}

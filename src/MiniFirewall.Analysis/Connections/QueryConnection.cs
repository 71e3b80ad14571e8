using MiniFirewall.Packets;

namespace MiniFirewall.Analysis.Connections;

/// <summary>A query of ICMP or ICMPv6 and its answers (nf_conntrack_proto_icmp.c, nf_conntrack_icmp_packet, and its IPv6 twin).</summary>
internal sealed class QueryConnection(ConnectionKey original, ConnectionKey reply) : TrackedConnection(original, reply)
{
    internal override Membership Meet(in Meeting packet)
    {
        bool isOfFamily = Original.Protocol == (packet.Family == Family.IPv4 ? IpProtocol.Icmp : IpProtocol.Icmpv6);
        if (!isOfFamily || !MayBegin(Original.Protocol, Original.Type))
        {
            return Membership.Invalid;
        }

        Refresh(packet.Timeout(packet.Family == Family.IPv4 ? "icmp_timeout" : "icmpv6_timeout"), packet.Clock);
        return Membership.Belongs;
    }

    private static bool MayBegin(byte protocol, byte type) => protocol == IpProtocol.Icmp ? type is 8 or 13 or 15 or 17 : type is 128 or 139;
}

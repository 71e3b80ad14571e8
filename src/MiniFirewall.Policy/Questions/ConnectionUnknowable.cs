using System.Collections.Immutable;
using MiniFirewall.Packets;

namespace MiniFirewall.Policy.Questions;

/// <summary>The packet is too short, or too late a fragment, to say what connection it would be of (net/netfilter/nf_conntrack_core.c, nf_ct_get_tuplepr).</summary>
public sealed record ConnectionUnknowable : Question
{
    /// <summary>What of a header tells connections apart: the ports, or an ICMP query's number.</summary>
    public const int PortBytes = 4, QueryBytes = 8;

    public override ImmutableArray<Field> Reads => [Field.Protocol, Field.FragmentOffset, Field.ChainBroken, Field.TransportLength];

    public override bool Ask(Packet packet)
    {
        if (packet.Transport.IsBroken || packet.Transport.FragmentOffset != 0)
        {
            return true;
        }

        return packet.TransportBytes.Length < packet.Transport.Protocol switch
        {
            IpProtocol.Tcp or IpProtocol.Udp or IpProtocol.UdpLite or IpProtocol.Sctp => PortBytes,
            IpProtocol.Icmp when packet.Family == Family.IPv4 => QueryBytes,
            IpProtocol.Icmpv6 when packet.Family == Family.IPv6 => QueryBytes,
            _ => 0,
        };
    }
}

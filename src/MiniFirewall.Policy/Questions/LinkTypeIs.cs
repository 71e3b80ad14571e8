using System.Collections.Immutable;
using MiniFirewall.Packets;

namespace MiniFirewall.Policy.Questions;

/// <summary>
/// The frame was for whom the type says. A packet of this machine's own on its way back counts as multicast or broadcast: by its
/// destination for IPv4, as multicast for IPv6 (net/netfilter/xt_pkttype.c).
/// </summary>
public sealed record LinkTypeIs(LinkType Type) : Question
{
    public override ImmutableArray<Field> Reads => [Field.Destination];

    public override Question Code => new LinkTypeIs(LinkType.Host);

    public override ulong Argument => (ulong)Type;

    public override bool Ask(Packet packet)
    {
        LinkType type = packet.LinkType;
        if (type == LinkType.Loopback)
        {
            bool isMulticast = packet.Family == Family.IPv6 || packet.Destination >> 28 == 14;
            type = isMulticast ? LinkType.Multicast : LinkType.Broadcast;
        }

        return type == Type;
    }
}

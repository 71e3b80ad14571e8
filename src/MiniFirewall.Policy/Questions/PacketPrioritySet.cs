using MiniFirewall.Packets;

namespace MiniFirewall.Policy.Questions;

/// <summary>Sets the packet's class for traffic control, skb->priority (net/netfilter/xt_CLASSIFY.c). No statement asks for it.</summary>
/// <param name="Priority">Major number times 65536 plus minor (TC_H_MAKE).</param>
public sealed record PacketPrioritySet(uint Priority) : PacketChange
{
    public override Question Code => new PacketPrioritySet(0);

    public override ulong Argument => Priority;

    public override Packet Changed(Packet packet) => packet;
}

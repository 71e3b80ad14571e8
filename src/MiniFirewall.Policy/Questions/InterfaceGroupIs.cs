using MiniFirewall.Packets;

namespace MiniFirewall.Policy.Questions;

/// <summary>The group of the interface that the packet came in by, or leaves by, is the value as far as the mask says (net/netfilter/xt_devgroup.c).</summary>
public sealed record InterfaceGroupIs(bool IsIn, uint Value, uint Mask) : Question
{
    public override Question Code => new InterfaceGroupIs(IsIn, 0, 0);

    public override ulong Argument => ((ulong)Mask << 32) | Value;

    public override bool Ask(Packet packet) => (((IsIn ? packet.InGroup : packet.OutGroup) ^ Value) & Mask) == 0;
}

using MiniFirewall.Packets;

namespace MiniFirewall.Policy.Questions;

/// <summary>The mark of the packet's connection is this one under a mask (net/netfilter/xt_connmark.c, connmark_mt).</summary>
public sealed record ConnectionMarkIs(uint Mark, uint Mask) : ConnectionQuestion
{
    public override Question Code => this with { Mark = 0, Mask = 0 };

    public override ulong Argument => ((ulong)Mark << 32) | Mask;

    protected override bool Ask(Packet packet, PacketConnection connection) => (connection.Mark & Mask) == Mark;
}

using System.Collections.Immutable;
using MiniFirewall.Packets;

namespace MiniFirewall.Policy.Questions;

/// <summary>Changes the packet's mark: bits are cleared, then others flipped (net/netfilter/xt_mark.c, mark_tg).</summary>
public sealed record PacketMarkSet(uint Cleared, uint Flipped) : PacketChange
{
    public override ImmutableArray<Field> Reads => [Field.Mark];

    public override Question Code => new PacketMarkSet(0, 0);

    public override ulong Argument => ((ulong)Cleared << 32) | Flipped;

    public override bool ChangesMark => true;

    public override Packet Changed(Packet packet)
    {
        ArgumentNullException.ThrowIfNull(packet);
        return packet.WithMark((packet.Mark & ~Cleared) ^ Flipped);
    }
}

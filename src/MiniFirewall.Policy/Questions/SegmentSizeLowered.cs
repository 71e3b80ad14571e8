using MiniFirewall.Packets;

namespace MiniFirewall.Policy.Questions;

/// <summary>
/// Lowers the segment size that a TCP SYN announces (net/netfilter/xt_TCPMSS.c), behind all statements: those that ask for it see the one that the
/// packet came with.
/// </summary>
/// <param name="Size">Bytes; null for what the path has room for.</param>
public sealed record SegmentSizeLowered(ushort? Size) : PacketChange
{
    public override Question Code => Size is null ? this : new SegmentSizeLowered(0);

    public override ulong Argument => Size ?? 0;

    public override Packet Changed(Packet packet) => packet;
}

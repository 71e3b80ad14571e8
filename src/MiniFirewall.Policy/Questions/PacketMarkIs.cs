using System.Collections.Immutable;
using MiniFirewall.Packets;

namespace MiniFirewall.Policy.Questions;

/// <summary>
/// The packet's mark is this one under a mask (net/netfilter/xt_mark.c), as it is when a packet comes to the statement: where statements before it
/// change marks, <see cref="Field.Mark"/> is no number that a packet has once and for all.
/// </summary>
public sealed record PacketMarkIs(uint Mark, uint Mask) : Question
{
    public override ImmutableArray<Field> Reads => [Field.Mark];

    public override Question Code => new PacketMarkIs(0, 0);

    public override ulong Argument => ((ulong)Mark << 32) | Mask;

    public override bool Ask(Packet packet)
    {
        ArgumentNullException.ThrowIfNull(packet);
        return (packet.Mark & Mask) == Mark;
    }
}

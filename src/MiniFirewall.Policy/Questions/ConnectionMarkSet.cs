using System.Collections.Immutable;
using MiniFirewall.Packets;

namespace MiniFirewall.Policy.Questions;

/// <summary>
/// Changes the mark of the packet's connection, where it has one (net/netfilter/xt_connmark.c, connmark_tg): bits under a mask are
/// cleared, others flipped, and the mark is shifted, or what is put into it is. The answer is always yes.
/// </summary>
/// <param name="FromPacket">What is put in comes from the packet's mark; else it is <paramref name="Bits"/>.</param>
/// <param name="Bits">What is flipped, or the mask of the packet's mark.</param>
/// <param name="Shift">Bits to the left, 31 at most; negative for the right.</param>
public sealed record ConnectionMarkSet(bool FromPacket, uint Cleared, uint Bits, int Shift) : Question
{
    public override ImmutableArray<Field> Reads => [Field.ConnectionState, Field.ConnectionDirection, .. FromPacket ? (ReadOnlySpan<Field>)[Field.Mark] : []];

    public override Question Code => this with { Cleared = 0, Bits = 0 };

    public override ulong Argument => ((ulong)Cleared << 32) | Bits;

    public override bool Ask(Packet packet) => true;
}

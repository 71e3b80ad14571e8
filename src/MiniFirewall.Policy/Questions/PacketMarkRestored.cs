using System.Collections.Immutable;
using MiniFirewall.Packets;

namespace MiniFirewall.Policy.Questions;

/// <summary>
/// Puts the mark of the packet's connection, where it has one, into the packet's: bits of that are cleared, and those of the connection's that the
/// mask leaves, shifted, are flipped (net/netfilter/xt_connmark.c, connmark_tg_shift).
/// </summary>
/// <param name="Mask">Of the connection's mark.</param>
/// <param name="Cleared">Of the packet's.</param>
/// <param name="Shift">Bits to the left, 31 at most; negative for the right.</param>
public sealed record PacketMarkRestored(uint Mask, uint Cleared, int Shift) : PacketChange
{
    public override ImmutableArray<Field> Reads => [Field.Mark, Field.ConnectionState, Field.ConnectionDirection];

    public override Question Code => this with { Mask = 0, Cleared = 0 };

    public override ulong Argument => ((ulong)Cleared << 32) | Mask;

    public override bool ChangesMark => true;

    public override Packet Changed(Packet packet)
    {
        ArgumentNullException.ThrowIfNull(packet);
        if (packet.Connection is not { } connection)
        {
            return packet;
        }

        uint kept = connection.Mark & Mask;
        return packet.WithMark((packet.Mark & ~Cleared) ^ (Shift < 0 ? kept >> -Shift : kept << Shift));
    }
}

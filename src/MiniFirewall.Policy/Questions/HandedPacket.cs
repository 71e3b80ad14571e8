using System.Collections.Immutable;
using MiniFirewall.Packets;

namespace MiniFirewall.Policy.Questions;

/// <summary>
/// Hands the packet to a netlink group (net/netfilter/nfnetlink_log.c): whoever asks does it, and the answer is always yes. It stands
/// last in a statement, where all that the statement requires holds.
/// </summary>
/// <param name="Group">0 to 65535.</param>
/// <param name="Bytes">Bytes of the packet that are handed over at most; null for as many as the group's reader takes.</param>
/// <param name="Prefix">Goes with the packet: up to 63 bytes.</param>
public sealed record HandedPacket(ushort Group, uint? Bytes, string Prefix) : Question
{
    /// <summary>Where the group stands in <see cref="Argument"/>, and a bit that says that a number of bytes stands below.</summary>
    public const int GroupShift = 32, HasBytesShift = 48;

    public override ImmutableArray<Field> Reads => [Field.Mark];

    public override Question Code => new HandedPacket(0, null, Prefix);

    public override ulong Argument => ((ulong)Group << GroupShift) | (Bytes is { } bytes ? (1UL << HasBytesShift) | bytes : 0);

    public override bool Ask(Packet packet) => true;
}

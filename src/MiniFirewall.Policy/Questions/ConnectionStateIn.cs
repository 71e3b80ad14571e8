using System.Collections.Immutable;
using MiniFirewall.Packets;

namespace MiniFirewall.Policy.Questions;

/// <summary>
/// The packet is to its connection one of these things, or its connection has been translated (net/netfilter/xt_conntrack.c, conntrack_mt).
/// What is translated only the kernel's own tracking knows: where that has not looked at the packet, nothing is.
/// </summary>
/// <param name="States">Bit n for the <see cref="ConnectionState"/> n.</param>
/// <param name="Translations">SourceTranslated and DestinationTranslated.</param>
public sealed record ConnectionStateIn(byte States, ConnectionStatus Translations) : Question
{
    public override ImmutableArray<Field> Reads => [Field.ConnectionState, Field.ConnectionDirection];

    public override Question Code => new ConnectionStateIn(0, ConnectionStatus.None);

    public override ulong Argument => ((ulong)Translations << 8) | States;

    public override bool Ask(Packet packet) =>
        ((States >> (int)packet.ConnectionState) & 1) != 0 || ((packet.Connection?.Status ?? ConnectionStatus.None) & Translations) != 0;
}

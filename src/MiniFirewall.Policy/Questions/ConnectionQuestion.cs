using System.Collections.Immutable;
using MiniFirewall.Packets;

namespace MiniFirewall.Policy.Questions;

/// <summary>A question about the packet's connection; a packet without one has the answer that is said.</summary>
public abstract record ConnectionQuestion : Question
{
    /// <summary>The answer for a packet that has no connection.</summary>
    public bool WithoutConnection { get; init; }

    public sealed override ImmutableArray<Field> Reads => [Field.ConnectionState, Field.ConnectionDirection];

    public sealed override bool Ask(Packet packet) => packet.Connection is { } connection ? Ask(packet, connection) : WithoutConnection;

    protected abstract bool Ask(Packet packet, PacketConnection connection);
}

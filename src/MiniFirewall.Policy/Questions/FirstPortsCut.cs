using System.Collections.Immutable;
using MiniFirewall.Packets;

namespace MiniFirewall.Policy.Questions;

/// <summary>The packet ends before its ports, as <see cref="FirstPorts"/> are, or its headers cannot be read up to them.</summary>
public sealed record FirstPortsCut : Question
{
    public static FirstPortsCut Instance { get; } = new();

    /// <summary>What tells where the transport header is.</summary>
    internal static ImmutableArray<Field> Fields { get; } = [Field.Protocol, Field.FragmentOffset, Field.ChainBroken, Field.TransportLength];

    public override ImmutableArray<Field> Reads => Fields;

    public override bool Ask(Packet packet) => FirstPorts.Of(packet) is null;
}

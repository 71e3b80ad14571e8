using System.Collections.Immutable;
using MiniFirewall.Packets;

namespace MiniFirewall.Policy.Questions;

/// <summary>
/// More connections than a limit have come to the question from the packet's address, or to it, and live still, the packet's own
/// included (net/netfilter/xt_connlimit.c, net/netfilter/nf_conncount.c). Closed TCP connections do not count.
/// </summary>
/// <param name="Prefix">Bits of the address that tell it from others.</param>
public sealed record ConnectionsAbove(uint Limit, int Prefix, bool ByDestination) : Question
{
    /// <summary>The number of the statement among those of a family that count; the compiler says it.</summary>
    public int Number { get; init; }

    /// <summary>How many connections of an address can be remembered; the compiler says it.</summary>
    public int Slots { get; init; }

    public override ImmutableArray<Field> Reads => [Field.ConnectionState, Field.ConnectionDirection, Field.Source, Field.Destination];

    public override bool NeedsPlace => true;

    public override Question Code => this with { Limit = 0, Number = 0 };

    /// <summary>By this programs know the code: how much room it has may change.</summary>
    public override string ToString() => $"{nameof(ConnectionsAbove)} {Prefix} {ByDestination}";

    public override ulong Argument => ((ulong)Limit << 32) | (uint)Number;

    /// <summary>The answer to the first packet.</summary>
    public override bool Ask(Packet packet) => Limit == 0;
}

using System.Collections.Immutable;
using MiniFirewall.Packets;

namespace MiniFirewall.Policy.Questions;

/// <summary>
/// The packet is within the rate that its addresses and ports have in a table (net/netfilter/xt_hashlimit.c), which all questions that name it
/// share, of one family. What it means is <see cref="RateTable"/>'s. Of questions with other settings the table has those of the first.
/// </summary>
public sealed record RateWithin(string Table, RateSettings Settings) : Question
{
    /// <summary>Entries that the table has room for.</summary>
    public int Most { get; init; }

    /// <summary>The table's family; the compiler says it.</summary>
    public Family Family { get; init; }

    /// <summary>The kernel's ticks a second; the compiler says it.</summary>
    public int Hertz { get; init; }

    public override ImmutableArray<Field> Reads => [Field.Source, Field.Destination, .. Settings.ByPorts ? FirstPortsCut.Fields : []];

    public override bool NeedsPlace => true;

    /// <summary>The answer of an empty table.</summary>
    public override bool Ask(Packet packet) => new RateTable(Settings).Ask(packet);
}

using System.Collections.Immutable;
using MiniFirewall.Packets;
using MiniFirewall.Policy.Sets;

namespace MiniFirewall.Policy.Questions;

/// <summary>
/// The packet is in a set whose elements change while packets come; the element that is found counts it (net/netfilter/xt_set.c,
/// ip_set_core.c, ip_set_test). What it means is <see cref="DynamicSetTable"/>'s.
/// </summary>
public sealed record DynamicSetTest(DynamicSet Set, SetSides Sources) : Question
{
    public const ulong NoMatchBit = 8, KeepBit = 16;

    /// <summary>An element that says nomatch counts as found, and only such a one.</summary>
    public bool WantsNoMatch { get; init; }

    /// <summary>The elements' counters stay as they are.</summary>
    public bool KeepsCounters { get; init; }

    /// <summary>Asked of the element's counter of packets, this one included.</summary>
    public SetCounterTest? Packets { get; init; }

    /// <summary>The same of bytes.</summary>
    public SetCounterTest? Bytes { get; init; }

    /// <summary>What the set has at first.</summary>
    public SetContents Contents { get; init; } = SetContents.Empty;

    /// <summary>The kernel's ticks a second; the compiler says it.</summary>
    public int Hertz { get; init; }

    public override ImmutableArray<Field> Reads => DynamicSetTable.FieldsOf(Set.Shape);

    public override bool NeedsPlace => true;

    public override Question Code => this with { Sources = SetSides.None, WantsNoMatch = false, KeepsCounters = false };

    public override ulong Argument => (ulong)Sources | (WantsNoMatch ? NoMatchBit : 0) | (KeepsCounters ? KeepBit : 0);

    /// <summary>The answer of the set as it is at first.</summary>
    public override bool Ask(Packet packet) => new DynamicSetTable(Set, Contents, packet.Clock).Ask(this, packet);
}

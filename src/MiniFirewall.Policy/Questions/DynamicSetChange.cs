using System.Collections.Immutable;
using MiniFirewall.Packets;
using MiniFirewall.Policy.Sets;

namespace MiniFirewall.Policy.Questions;

/// <summary>
/// Puts what the packet names into a set, or takes it out, and always answers yes (net/netfilter/xt_set.c, set_target_v3). What it
/// means is <see cref="DynamicSetTable"/>'s.
/// </summary>
public sealed record DynamicSetChange(DynamicSet Set, SetSides Sources) : Question
{
    public const ulong RemoveBit = 8, RenewBit = 16, SecondsBit = 32;

    public const int SecondsShift = 32;

    /// <summary>It is taken out.</summary>
    public bool Removes { get; init; }

    /// <summary>An element that is there already begins anew.</summary>
    public bool Renews { get; init; }

    /// <summary>Seconds that it stays, 0 for ever; null for what the set says.</summary>
    public uint? Seconds { get; init; }

    /// <summary>The kernel's ticks a second; the compiler says it.</summary>
    public int Hertz { get; init; }

    public override ImmutableArray<Field> Reads => DynamicSetTable.FieldsOf(Set.Shape);

    public override bool NeedsPlace => true;

    public override Question Code => this with { Sources = SetSides.None, Removes = false, Renews = false, Seconds = null };

    public override ulong Argument => (ulong)Sources | (Removes ? RemoveBit : 0) | (Renews ? RenewBit : 0)
        | (Seconds is { } seconds ? SecondsBit | ((ulong)Math.Min(seconds, SetDetails.MostSeconds) << SecondsShift) : 0);

    public override bool Ask(Packet packet) => true;
}

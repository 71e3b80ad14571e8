using System.Collections.Immutable;
using System.Numerics;
using MiniFirewall.Packets;

namespace MiniFirewall.Policy.Questions;

/// <summary>
/// The packet's address is on a list of recently seen ones (net/netfilter/xt_recent.c, recent_mt). Asking may change the list, which
/// all questions that name it share, of both families. What it means is <see cref="RecentList"/>'s.
/// </summary>
public sealed record RecentAddress(string List, RecentAction Action) : Question
{
    /// <summary>Times that are kept of an address where no rule asks for a number of hits.</summary>
    private const int UsualStamps = 32;

    /// <summary>Bits of <see cref="Argument"/>.</summary>
    public const int NegatedBit = 1, DestinationBit = 2, TtlBit = 4, ReapBit = 8, HandBit = 16, ActionBit = 32;

    /// <summary>Where hits and seconds stand in <see cref="Argument"/>.</summary>
    public const int HitsShift = 16, SecondsShift = 32;

    /// <summary>It is part of the question, for what is updated depends on the answer.</summary>
    public bool Negated { get; init; }

    /// <summary>Times older than so many seconds do not count; 0 for all count.</summary>
    public uint Seconds { get; init; }

    /// <summary>So many times must count; 0 for one.</summary>
    public ushort Hits { get; init; }

    /// <summary>The address that was seen longest ago goes, if that is more than <see cref="Seconds"/>.</summary>
    public bool Reaps { get; init; }

    /// <summary>The packet's TTL must be that of the packet that was seen.</summary>
    public bool ComparesTtl { get; init; }

    public bool ByDestination { get; init; }

    /// <summary>A command, and no packet: the address is taken as it is, and its TTL is any.</summary>
    public bool IsByHand { get; init; }

    /// <summary>Bits that count in an address. Those of IPv4 are the highest 32, as in the kernel's union nf_inet_addr.</summary>
    public UInt128 Mask { get; init; } = UInt128.MaxValue;

    /// <summary>Times that the list keeps of an address, a power of two; the compiler says it.</summary>
    public int Stamps { get; init; }

    /// <summary>The kernel's ticks a second; the compiler says it.</summary>
    public int Hertz { get; init; }

    /// <summary>Times that the list must keep for this question.</summary>
    public int StampsNeeded => Hits == 0 ? UsualStamps : (int)BitOperations.RoundUpToPowerOf2(Hits);

    public override ImmutableArray<Field> Reads => [Field.Source, Field.Destination, Field.HopLimit];

    public override bool NeedsPlace => true;

    public override Question Code => new RecentAddress(List, RecentAction.Set) { Stamps = Stamps, Hertz = Hertz };

    public override ulong Argument =>
        (Negated ? NegatedBit : 0UL) | (ByDestination ? DestinationBit : 0UL) | (ComparesTtl ? TtlBit : 0UL) | (Reaps ? ReapBit : 0UL) | (IsByHand ? HandBit : 0UL)
        | ((ulong)ActionBit << (int)Action) | ((ulong)Hits << HitsShift) | ((ulong)Seconds << SecondsShift);

    /// <summary>The answer of an empty list.</summary>
    public override bool Ask(Packet packet) => new RecentList(StampsNeeded, Mask).Ask(this, packet);
}

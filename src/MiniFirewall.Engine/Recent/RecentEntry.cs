using System.Collections.Immutable;
using MiniFirewall.Packets;

namespace MiniFirewall.Engine.Recent;

/// <summary>An address on a list of recent ones.</summary>
/// <param name="Ttl">Of the packet that was seen last; 0 for any.</param>
/// <param name="Next">The place in the ring of times that comes after the last one; its size where that is the end.</param>
/// <param name="Stamps">The ring: when it was seen, in ticks of the kernel's (64-bit jiffies).</param>
public sealed record RecentEntry(Family Family, UInt128 Address, byte Ttl, int Next, ImmutableArray<ulong> Stamps)
{
    /// <summary>When it was seen last, in ticks.</summary>
    public ulong LastSeen => Stamps[Next - 1];
}

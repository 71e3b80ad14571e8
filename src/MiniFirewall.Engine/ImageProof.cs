using System.Collections.Immutable;
using MiniFirewall.Packets;

namespace MiniFirewall.Engine;

/// <summary>What was proved of one family's classifier image.</summary>
/// <param name="Statements">Rules, each in each chain once, that the image gives every packet as the list does; 0 where no list is long enough for an image.</param>
/// <param name="Tuples">Combinations of masks that packets are looked up under.</param>
/// <param name="Regions">Regions of packets, by slots and leaves of trees, that were looked at.</param>
public sealed record ImageProof(Family Family, int Chains, int Statements, int Tuples, long Regions)
{
    /// <summary>There is an image; without, all programs are straight code, and there is nothing to prove.</summary>
    public bool HasImage => Chains > 0;
}

/// <summary>A compiled classifier image could not be proved to do what the rules say: a bug in minifw. Nothing has changed.</summary>
public sealed class UnprovedImageException(Family family, int count, ImmutableArray<string> findings)
    : Exception($"the compiled {family} rules are not proved, {count} finding{(count == 1 ? "" : "s")}: a bug in minifw; nothing has changed")
{
    /// <summary>What is wrong where; the first ones.</summary>
    public ImmutableArray<string> Findings => findings;
}

using MiniFirewall.Verification.Decoding;

namespace MiniFirewall.Verification.Structure;

/// <summary>The packets that come to a place of a tree: those of a box, as far as a diagram says too.</summary>
internal struct Region
{
    internal Box Box;

    /// <summary>A diagram of what nodes have asked of other things than the box's.</summary>
    internal int Rest;

    internal static Region Of(int rest, bool isV6) => new() { Box = Box.Everything(isV6), Rest = rest };
}

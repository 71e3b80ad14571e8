using MiniFirewall.Verification.Decoding;

namespace MiniFirewall.Verification.Structure;

/// <summary>The packets that come to a place of a tree: those of a box, as far as the rest says too.</summary>
internal struct Region
{
    internal Box Box;

    /// <summary>What nodes have asked of other things than the box's.</summary>
    internal RestOfRegion Rest;

    internal static Region Of(RestOfRegion rest, bool isV6) => new() { Box = Box.Everything(isV6), Rest = rest };
}

using MiniFirewall.Verification.Meaning;
using MiniFirewall.Verification.Symbolic;

namespace MiniFirewall.Verification.Structure;

/// <summary>
/// What a tree's nodes have asked, on the way to a region, of other things than a box says: as intervals, as far as they are
/// such, and as a diagram, made when it is asked for.
/// </summary>
internal sealed class RestOfRegion
{
    private readonly Workbench _bench;
    private readonly RestOfRegion? _before;
    private readonly int _offset;
    private readonly ulong _mask, _threshold;
    private readonly bool _isBelow;
    private int? _diagram;

    /// <param name="diagram">Of the packets that come to the tree.</param>
    internal RestOfRegion(Workbench bench, int diagram)
    {
        _bench = bench;
        _diagram = diagram;
        Lanes = [];
    }

    private RestOfRegion(RestOfRegion before, int offset, ulong mask, ulong threshold, bool isBelow, Lane[] lanes)
    {
        _bench = before._bench;
        _before = before;
        (_offset, _mask, _threshold, _isBelow) = (offset, mask, threshold, isBelow);
        Lanes = lanes;
    }

    internal Lane[] Lanes { get; }

    internal int Diagram => _diagram ??= Compute();

    /// <summary>The packets whose eight bytes under the mask are below the threshold, or are not; null where there are none.</summary>
    internal RestOfRegion? Split(int offset, ulong mask, ulong threshold, bool below)
    {
        if (Lane.Split(offset, mask, threshold, below) is not { } lane)
        {
            return new(this, offset, mask, threshold, below, Lanes);
        }

        int known = Array.FindIndex(Lanes, other => other.IsSame(lane));
        if (known < 0)
        {
            return new(this, offset, mask, threshold, below, [.. Lanes, lane]);
        }

        ulong low = Math.Max(lane.Low, Lanes[known].Low), high = Math.Min(lane.High, Lanes[known].High);
        if (low > high)
        {
            return null;
        }

        Lane[] lanes = [.. Lanes];
        lanes[known] = lane with { Low = low, High = high };
        return new(this, offset, mask, threshold, below, lanes);
    }

    private int Compute()
    {
        int below = _bench.Words.Below(_offset, _mask, _threshold);
        return _isBelow ? _bench.Diagrams.And(_before!.Diagram, below) : _bench.Diagrams.AndNot(_before!.Diagram, below);
    }
}

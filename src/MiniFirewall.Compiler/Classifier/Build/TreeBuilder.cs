using MiniFirewall.Compiler.Classifier.Image;

namespace MiniFirewall.Compiler.Classifier.Build;

/// <summary>
/// Makes a decision tree of a bucket that is too long to be read through. A node halves the region by one bound of one
/// field; an entry goes to the sides that it meets, and what stands behind one that ends every packet of a region is left
/// out of it. Where entries would multiply beyond <see cref="Growth"/> times their number, a leaf stays long.
/// </summary>
internal sealed class TreeBuilder(IBoxes boxes)
{
    /// <summary>Entries of a leaf, where the growth allows.</summary>
    internal const int LeafSize = 8;

    /// <summary>References in a tree's leaves, at most this many times the bucket's entries, and some.</summary>
    internal const int Growth = 4;

    private const int FreeGrowth = 64, MostDepth = 48, Candidates = 9;

    private readonly List<TreeNode> _nodes = [];
    private long _budget;

    /// <summary>The tree's nodes, callees behind callers; node 0 is the root. A tree may be one leaf.</summary>
    internal List<TreeNode> Build(int[] entries)
    {
        _nodes.Clear();
        _budget = ((long)entries.Length * (Growth - 1)) + FreeGrowth;
        var open = new Stack<(int Node, int[] Entries, Region Region, int Depth)>();
        _nodes.Add(new());
        open.Push((0, entries, new Region(boxes.Fields), 0));
        while (open.TryPop(out var work))
        {
            int[] reachable = Reachable(work.Entries, work.Region);
            Split? split = reachable.Length > LeafSize && work.Depth < MostDepth ? Choose(reachable, work.Region) : null;
            if (split is null)
            {
                _nodes[work.Node].Leaf = reachable;
                continue;
            }

            _budget -= split.Less.Length + split.NotLess.Length - reachable.Length;
            TreeNode node = _nodes[work.Node];
            (node.Field, node.Threshold, node.LessNode, node.NotLessNode) = (boxes.Fields[split.Field], split.Threshold, _nodes.Count, _nodes.Count + 1);
            _nodes.Add(new());
            _nodes.Add(new());
            open.Push((node.LessNode, split.Less, work.Region.Below(split.Field, split.Threshold), work.Depth + 1));
            open.Push((node.NotLessNode, split.NotLess, work.Region.From(split.Field, split.Threshold), work.Depth + 1));
        }

        return _nodes;
    }

    private int[] Reachable(int[] entries, Region region)
    {
        for (int i = 0; i < entries.Length; i++)
        {
            if (boxes.Ends(entries[i], region))
            {
                return entries[..(i + 1)];
            }
        }

        return entries;
    }

    private Split? Choose(int[] entries, Region region)
    {
        int bestField = -1;
        ulong bestThreshold = 0;
        long bestCost = long.MaxValue;
        Span<ulong> thresholds = stackalloc ulong[Candidates];
        for (int field = 0; field < boxes.Fields.Count; field++)
        {
            int count = CandidatesOf(entries, field, region, thresholds);
            foreach (ulong threshold in thresholds[..count])
            {
                (int less, int notLess) = Count(entries, field, threshold, region);
                long cost = (2L * Math.Max(less, notLess)) + less + notLess;
                if (Math.Max(less, notLess) < entries.Length && less + notLess - entries.Length <= _budget && cost < bestCost)
                {
                    (bestField, bestThreshold, bestCost) = (field, threshold, cost);
                }
            }
        }

        return bestField < 0 ? CutNameless(entries, region) : Make(entries, bestField, bestThreshold, region);
    }

    /// <summary>
    /// Where no bound divides the entries: cuts off addresses that no name of theirs has, the most by far, so that packets with these need
    /// not read the long leaf. All rules with a name are alike in this, and no bound divides marks otherwise.
    /// </summary>
    private Split? CutNameless(int[] entries, Region region)
    {
        for (int field = 0; field < boxes.Fields.Count; field++)
        {
            if (boxes.Fields[field].Offset is not (PacketKey.SourceNames or PacketKey.DestinationNames))
            {
                continue;
            }

            ulong least = entries.Min(entry => boxes.Interval(entry, field, region).Low);
            if (least > region[field].Low)
            {
                return Make(entries, field, least, region);
            }
        }

        return null;
    }

    /// <summary>Bounds of entries inside the region, spread over the entries' order of bounds.</summary>
    private int CandidatesOf(int[] entries, int field, Region region, Span<ulong> thresholds)
    {
        (ulong low, ulong high) = region[field];
        if (low == high)
        {
            return 0;
        }

        const int MostSampled = 512;
        int step = Math.Max(1, entries.Length / MostSampled);
        var bounds = new List<ulong>();
        for (int i = 0; i < entries.Length; i += step)
        {
            (ulong from, ulong to) = boxes.Interval(entries[i], field, region);
            if (from > low && from <= high)
            {
                bounds.Add(from);
            }

            if (to >= low && to < high)
            {
                bounds.Add(to + 1);
            }
        }

        bounds.Sort();
        int count = 0;
        for (int i = 1; i <= thresholds.Length && bounds.Count > 0; i++)
        {
            ulong bound = bounds[(int)((long)i * bounds.Count / (thresholds.Length + 1))];
            if (count == 0 || thresholds[count - 1] != bound)
            {
                thresholds[count++] = bound;
            }
        }

        return count;
    }

    private (int Less, int NotLess) Count(int[] entries, int field, ulong threshold, Region region)
    {
        int less = 0, notLess = 0;
        foreach (int entry in entries)
        {
            (ulong from, ulong to) = boxes.Interval(entry, field, region);
            less += from < threshold ? 1 : 0;
            notLess += to >= threshold ? 1 : 0;
        }

        return (less, notLess);
    }

    private Split Make(int[] entries, int field, ulong threshold, Region region)
    {
        List<int> less = [], notLess = [];
        foreach (int entry in entries)
        {
            (ulong from, ulong to) = boxes.Interval(entry, field, region);
            if (from < threshold)
            {
                less.Add(entry);
            }

            if (to >= threshold)
            {
                notLess.Add(entry);
            }
        }

        return new(field, threshold, [.. less], [.. notLess]);
    }

    private sealed record Split(int Field, ulong Threshold, int[] Less, int[] NotLess);
}

/// <summary>A node of a tree in the making: a leaf has entries, an inner one a field and two nodes.</summary>
internal sealed class TreeNode
{
    internal int[]? Leaf { get; set; }

    internal TreeField Field { get; set; }

    internal ulong Threshold { get; set; }

    internal int LessNode { get; set; }

    internal int NotLessNode { get; set; }
}

/// <summary>What a node compares: (eight bytes of the packet key at Offset) &amp; Mask.</summary>
internal readonly record struct TreeField(int Offset, ulong Mask);

/// <summary>An interval for each field, inclusive.</summary>
internal sealed class Region
{
    private readonly ulong[] _low, _high;

    internal Region(IReadOnlyList<TreeField> fields)
    {
        _low = new ulong[fields.Count];
        _high = [.. fields.Select(field => field.Mask)];
    }

    private Region(ulong[] low, ulong[] high)
    {
        _low = low;
        _high = high;
    }

    internal (ulong Low, ulong High) this[int field] => (_low[field], _high[field]);

    internal Region Below(int field, ulong threshold)
    {
        ulong[] high = [.. _high];
        high[field] = threshold - 1;
        return new(_low, high);
    }

    internal Region From(int field, ulong threshold)
    {
        ulong[] low = [.. _low];
        low[field] = threshold;
        return new(low, _high);
    }
}

/// <summary>What trees know of a bucket's entries.</summary>
internal interface IBoxes
{
    /// <summary>The fields that may be compared; a mask covers the lowest bits.</summary>
    IReadOnlyList<TreeField> Fields { get; }

    /// <summary>Values of the field that a packet of the region may have if the entry does not miss it.</summary>
    (ulong Low, ulong High) Interval(int entry, int field, Region region);

    /// <summary>No packet of the region goes on behind the entry.</summary>
    bool Ends(int entry, Region region);
}

using MiniFirewall.Compiler.Classifier.Build;
using MiniFirewall.Compiler.Classifier.Image;

namespace MiniFirewall.Compiler.Classifier.Change;

/// <summary>A place in a bucket where reading entries begins.</summary>
/// <param name="ReferenceAt">Where the reference to it stands, four bytes.</param>
/// <param name="Region">The packets that come there.</param>
/// <param name="Entries">What they read, in its order.</param>
internal sealed record Leaf(int ReferenceAt, Region Region, int[] Entries);

/// <summary>Reads the entries that a reference leads to.</summary>
internal sealed class BucketReader(ImageMemory image, EntryAccess entries)
{
    /// <summary>The leaves that an entry belongs into; null where there are more than <paramref name="most"/>.</summary>
    /// <param name="referenceAt">Where the bucket's reference stands.</param>
    /// <param name="boxes">Knows the entry as 0.</param>
    internal List<Leaf>? LeavesFor(int referenceAt, IBoxes boxes, int most)
    {
        var leaves = new List<Leaf>();
        var open = new Stack<(int At, Region Region)>();
        open.Push((referenceAt, new Region(boxes.Fields)));
        while (open.TryPop(out var place))
        {
            uint reference = image.U32(place.At);
            if (reference >> ImageFormat.KindShift == ImageFormat.KindNode)
            {
                PushChildren(image.Layout.Nodes + ((int)(reference & ImageFormat.IndexMask) * ImageFormat.NodeSize), boxes, place.Region, open);
                continue;
            }

            leaves.Add(new(place.At, place.Region, EntriesOf(reference)));
            if (leaves.Count > most)
            {
                return null;
            }
        }

        return leaves;
    }

    private void PushChildren(int node, IBoxes boxes, Region region, Stack<(int At, Region Region)> open)
    {
        bool isLess = true, isNotLess = true;
        Region less = region, notLess = region;
        int offset = (int)image.U32(node + ImageFormat.NodeOffset);
        ulong mask = image.U64(node + ImageFormat.NodeMask);

        // IPv4 has two fields for an address; of residual conditions' fields the boxes have none, and entries may go both ways.
        for (int field = 0; field < boxes.Fields.Count; field++)
        {
            TreeField known = boxes.Fields[field];
            int shift = known.Offset % 8 * 8;
            if ((known.Offset & ~7) != offset || known.Mask << shift != mask)
            {
                continue;
            }

            ulong threshold = image.U64(node + ImageFormat.NodeThreshold) >> shift;
            (ulong low, ulong high) = boxes.Interval(0, field, region);
            (ulong from, ulong to) = region[field];
            isLess &= low < threshold && from < threshold;
            isNotLess &= high >= threshold && to >= threshold;
            (less, notLess) = (less.Below(field, Math.Min(threshold, to + 1)), notLess.From(field, Math.Max(threshold, from)));
        }

        if (isLess)
        {
            open.Push((node + ImageFormat.NodeLess, less));
        }

        if (isNotLess)
        {
            open.Push((node + ImageFormat.NodeNotLess, notLess));
        }
    }

    private int[] EntriesOf(uint reference)
    {
        var index = (int)(reference & ImageFormat.IndexMask);
        List<int> read = [];
        switch (reference >> ImageFormat.KindShift)
        {
            case ImageFormat.KindRun:
                do
                {
                    read.Add(index);
                }
                while (!entries.IsLastOfRun(index++));
                break;
            case ImageFormat.KindList:
                uint element;
                do
                {
                    element = image.U32(image.Layout.Refs + (index++ * ImageFormat.RefSize));
                    read.Add((int)(element & ~ImageFormat.LastOfList));
                }
                while ((element & ImageFormat.LastOfList) == 0);
                break;
            default:
                break;
        }

        return [.. read];
    }
}

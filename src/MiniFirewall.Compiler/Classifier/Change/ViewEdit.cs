using MiniFirewall.Compiler.Classifier.Build;
using MiniFirewall.Compiler.Classifier.Image;

namespace MiniFirewall.Compiler.Classifier.Change;

/// <summary>Where an entry goes in a view.</summary>
/// <param name="EmptySlot">Where its bucket's slot will be; null where there is one.</param>
internal sealed record ViewPlan(int Tuple, ulong Hash, (int At, int Entry)? EmptySlot, List<LeafPlan> Leaves)
{
    internal int Refs => Leaves.Sum(leaf => leaf.Refs);

    internal int Nodes => Leaves.Sum(leaf => leaf.Nodes);
}

/// <summary>What of a chain may stand behind an entry.</summary>
/// <param name="Number">The chain's.</param>
/// <param name="After">The entry's order.</param>
/// <param name="End">The chain's.</param>
internal readonly record struct OrderRange(int Number, uint After, uint End, ulong ChainSalt);

/// <summary>Puts entries into one view's buckets, and brings back what trees have left out behind an entry that ends.</summary>
internal sealed class ViewEdit
{
    private const int MostLeavesToAdd = 64, MostLeavesToUncover = 4096;

    /// <summary>Changes for which what has ended stays in lists, for packets that are on their way since before.</summary>
    private const uint KeptChanges = 8;

    private readonly ImageMemory _image;
    private readonly SpareRoom _room;
    private readonly EntryAccess _entries;
    private readonly ViewTuples _tuples;
    private readonly EditBoxes _boxes;
    private readonly BucketReader _buckets;
    private readonly LeafWriter _leaves;
    private readonly bool _isOdd;
    private readonly uint _epoch;

    internal ViewEdit(ImageMemory image, SpareRoom room, EntryAccess entries, bool isOdd, uint epoch)
    {
        _image = image;
        _room = room;
        _entries = entries;
        _isOdd = isOdd;
        _epoch = epoch;
        _tuples = new(image, isOdd);
        _boxes = new(image);
        _buckets = new(image, entries);
        _leaves = new(image, room, entries, _boxes);
    }

    /// <summary>The best place for an entry that does not stand in the image yet; null where there is none.</summary>
    internal ViewPlan? Plan(EntryForm entry, int index, ulong chainSalt)
    {
        IBoxes boxes = _boxes.Of([entry], _isOdd);
        foreach (int tuple in _tuples.For(entry))
        {
            ulong hash = _tuples.HashOf(entry, tuple, chainSalt);
            if (_tuples.Probe(hash) is not { } slot)
            {
                continue;
            }

            if (slot.IsEmpty)
            {
                return new(tuple, hash, (slot.At, index), []);
            }

            if (PlanLeaves(slot.At, boxes, entry, index) is { } leaves)
            {
                return new(tuple, hash, null, leaves);
            }
        }

        return null;
    }

    /// <summary>Leads to the entry, which stands in the image by now.</summary>
    internal void Write(ViewPlan plan, uint order)
    {
        _tuples.Lower(plan.Tuple, order);
        foreach (LeafPlan leaf in plan.Leaves)
        {
            _leaves.Write(leaf);
        }

        if (plan.EmptySlot is { } slot)
        {
            ulong reference = (ImageFormat.KindRun << ImageFormat.KindShift) | (uint)slot.Entry;
            _image.Publish64(slot.At, KeyHash.Tag(plan.Hash) | (reference << 32));
        }
    }

    /// <summary>
    /// Puts back into trees what they may lack because the entry ended every packet of a region. Harmless while the entry
    /// is in force. False where there is no room.
    /// </summary>
    internal bool TryUncover(int entry, OrderRange range)
    {
        if (_entries.TupleOf(entry, _isOdd) is not { } tuple || !MayHaveEnded(entry))
        {
            return true;
        }

        EntryForm form = _entries.Read(entry);
        ulong hash = _tuples.HashOf(form, tuple, range.ChainSalt);
        if (_tuples.Probe(hash) is not { IsEmpty: false } slot
            || _buckets.LeavesFor(slot.At + ImageFormat.SlotReference, _boxes.Of([form], _isOdd), MostLeavesToUncover) is not { } leaves)
        {
            return false;
        }

        int[] behind = Behind(tuple, hash, range);
        EntryForm[] forms = [form, .. behind.Select(_entries.Read)];
        IBoxes boxes = _boxes.Of(forms, _isOdd);
        foreach (Leaf leaf in leaves.Where(leaf => leaf.Entries.Contains(entry)))
        {
            if (!TryRefill(leaf, behind, boxes))
            {
                return false;
            }
        }

        return true;
    }

    private List<LeafPlan>? PlanLeaves(int slot, IBoxes boxes, EntryForm entry, int index)
    {
        if (_buckets.LeavesFor(slot + ImageFormat.SlotReference, boxes, MostLeavesToAdd) is not { } leaves)
        {
            return null;
        }

        var plans = new List<LeafPlan>();
        foreach (Leaf leaf in leaves)
        {
            int[] kept = Kept(leaf.Entries);
            int place = kept.TakeWhile(other => _entries.OrderOf(other) <= entry.Order).Count();
            if (_leaves.Plan(leaf.ReferenceAt, [.. kept[..place], index, .. kept[place..]], _isOdd, entry) is not { } plan)
            {
                return null;
            }

            plans.Add(plan);
        }

        return plans;
    }

    private int[] Kept(int[] list) => [.. list.Where(entry => _entries.LifeOf(entry).Until is var until && (until == ImageFormat.Forever || until + KeptChanges > _epoch))];

    /// <summary>Whether a tree may have left out something behind the entry.</summary>
    private bool MayHaveEnded(int entry)
    {
        uint action = _entries.ActionOf(entry);
        bool isRecord = (action & 3) == ImageFormat.ActionRecord;
        int record = _entries.RecordAt((int)(action >> 2));
        if (isRecord && _image.U32(record + ImageFormat.RecordFrom) > 0)
        {
            return false;
        }

        bool decides = !isRecord || (_image.U8(record + ImageFormat.RecordKind) == (byte)RecordKind.Decide && _image.U8(record + ImageFormat.RecordEmits) == 0);
        return decides || (_isOdd && NeededBy(entry) > 0);
    }

    private int NeededBy(int entry) =>
        OddShape.Read(_image.At(_image.Layout.OddShapes + (_entries.ShapeOf(entry) * OddShape.Size), OddShape.Size)).Needed;

    /// <summary>The entries of the bucket behind the entry, in their order, that are or may come into force.</summary>
    private int[] Behind(int tuple, ulong hash, OrderRange range)
    {
        return
        [
            .. _entries.Between(range.After, range.End)
                .Where(entry => _entries.TupleOf(entry, _isOdd) == tuple && _entries.LifeOf(entry).Until >= _epoch
                    && _tuples.HashOf(_entries.Read(entry), tuple, range.ChainSalt) == hash)
                .OrderBy(_entries.OrderOf),
        ];
    }

    /// <param name="boxes">The entry as 0, those behind it from 1 on.</param>
    private bool TryRefill(Leaf leaf, int[] behind, IBoxes boxes)
    {
        if (!Covers(boxes, leaf.Region))
        {
            return true;
        }

        HashSet<int> present = [.. leaf.Entries];
        List<int> missing = [];
        for (int i = 0; i < behind.Length; i++)
        {
            if (!present.Contains(behind[i]) && Meets(boxes, i + 1, leaf.Region))
            {
                missing.Add(behind[i]);
            }

            if (boxes.Ends(i + 1, leaf.Region))
            {
                break;
            }
        }

        if (missing.Count == 0)
        {
            return true;
        }

        int[] content = [.. leaf.Entries.Concat(missing).OrderBy(_entries.OrderOf)];
        if (_leaves.Plan(leaf.ReferenceAt, content, _isOdd) is not { } plan || !_room.Has(refs: plan.Refs, nodes: plan.Nodes))
        {
            return false;
        }

        _leaves.Write(plan);
        return true;
    }

    /// <summary>Whether the entry takes all addresses of the region: one that does not has ended nothing there.</summary>
    private bool Covers(IBoxes boxes, Region region)
    {
        int known = _isOdd ? 4 : 7;
        for (int field = 0; field < known; field++)
        {
            (ulong low, ulong high) = boxes.Interval(0, field, region);
            (ulong from, ulong to) = region[field];
            if (from < low || to > high)
            {
                return false;
            }
        }

        return true;
    }

    private static bool Meets(IBoxes boxes, int entry, Region region)
    {
        for (int field = 0; field < boxes.Fields.Count; field++)
        {
            (ulong low, ulong high) = boxes.Interval(entry, field, region);
            (ulong from, ulong to) = region[field];
            if (to < low || from > high)
            {
                return false;
            }
        }

        return true;
    }
}

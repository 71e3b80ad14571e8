using System.Runtime.InteropServices;
using MiniFirewall.Compiler.Classifier.Image;
using MiniFirewall.Verification.Decoding;
using MiniFirewall.Verification.Meaning;
using MiniFirewall.Verification.Symbolic;

namespace MiniFirewall.Verification.Structure;

/// <summary>
/// Whether what a slot refers to serves entries, in every region that it cuts the packets into: entries go down the tree
/// into each branch whose region they meet, and every leaf that they come to must serve them.
/// </summary>
internal sealed class TreeCheck(ImageBytes image, View view, EntryTable entries, EntryResults results, LeafCheck leaves, Workbench bench, Effort effort)
{
    /// <summary>Members of the nodes on the way down; each level's stand behind those of the level above.</summary>
    private readonly List<int> _members = [];
    private readonly HashSet<int> _failed = [];
    private Action<int>? _fail;

    /// <summary>Leaves that have been proved.</summary>
    internal long Leaves { get; private set; }

    /// <summary>Calls <paramref name="served"/> for each member that is served wherever a packet of it comes. Members are live.</summary>
    internal void Check(uint reference, ReadOnlySpan<int> members, Action<int> served)
    {
        _members.Clear();
        _failed.Clear();
        _members.AddRange(members);
        Descend(reference, 0, Region.Of(new(bench, References.IsNode(reference) ? bench.PossibleKeys() : Diagrams.Always), image.IsV6));
        foreach (int member in members)
        {
            if (!effort.IsSpent && !_failed.Contains(member))
            {
                served(member);
            }
        }

        bench.Tidy();
    }

    /// <summary>The members from <paramref name="start"/> on meet the region, all of them.</summary>
    private void Descend(uint reference, int start, in Region region)
    {
        if (_members.Count == start || !effort.Spend())
        {
            return;
        }

        if (!References.IsNode(reference))
        {
            Leaves++;
            leaves.Check(reference, CollectionsMarshal.AsSpan(_members)[start..], region, _fail ??= member => _failed.Add(member));
            return;
        }

        int at = image.Layout.Nodes + (References.IndexOf(reference) * ImageFormat.NodeSize);
        var test = NodeTest.Read(image, at, image.IsV6);
        uint less = image.U32(at + ImageFormat.NodeLess), notLess = image.U32(at + ImageFormat.NodeNotLess);
        if (test.IsOpen || (view.IsOdd && test.Dimension >= Dimensions.FirstOfPorts))
        {
            SplitByRest(at, less, notLess, start, region);
        }
        else
        {
            SplitByBox(test, less, notLess, start, region);
        }
    }

    private void SplitByBox(NodeTest test, uint less, uint notLess, int start, in Region region)
    {
        ulong low = region.Box.Low[test.Dimension], high = region.Box.High[test.Dimension];
        if (test.Threshold > low)
        {
            Region part = region;
            part.Box.High[test.Dimension] = test.Threshold > high ? high : (ulong)(test.Threshold - 1);
            Enter(less, start, part, test.Dimension);
        }

        if (test.Threshold <= high)
        {
            Region part = region;
            part.Box.Low[test.Dimension] = test.Threshold < low ? low : (ulong)test.Threshold;
            Enter(notLess, start, part, test.Dimension);
        }
    }

    /// <summary>Takes along the members that still meet the region in the one dimension that has changed.</summary>
    private void Enter(uint reference, int start, in Region region, int dimension)
    {
        int end = _members.Count;
        for (int i = start; i < end && effort.Spend(); i++)
        {
            Box box = view.BoxOf(entries[_members[i]]);
            if (box.Low[dimension] <= region.Box.High[dimension] && box.High[dimension] >= region.Box.Low[dimension])
            {
                _members.Add(_members[i]);
            }
        }

        Descend(reference, end, region);
        _members.RemoveRange(end, _members.Count - end);
    }

    private void SplitByRest(int at, uint less, uint notLess, int start, in Region region)
    {
        int offset = image.U8(at + ImageFormat.NodeOffset);
        ulong mask = image.U64(at + ImageFormat.NodeMask), threshold = image.U64(at + ImageFormat.NodeThreshold);
        EnterRest(less, start, region, region.Rest.Split(offset, mask, threshold, below: true));
        EnterRest(notLess, start, region, region.Rest.Split(offset, mask, threshold, below: false));
    }

    private void EnterRest(uint reference, int start, in Region region, RestOfRegion? rest)
    {
        if (rest is null)
        {
            return;
        }

        int end = _members.Count;
        for (int i = start; i < end && effort.Spend(); i++)
        {
            if (results.Meets(_members[i], rest))
            {
                _members.Add(_members[i]);
            }
        }

        Region part = region;
        part.Rest = rest;
        Descend(reference, end, part);
        _members.RemoveRange(end, _members.Count - end);
    }
}

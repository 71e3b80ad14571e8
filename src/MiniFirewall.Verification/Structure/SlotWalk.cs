using MiniFirewall.Compiler.Classifier.Image;
using MiniFirewall.Verification.Decoding;

namespace MiniFirewall.Verification.Structure;

/// <summary>
/// Walks all that a view's slots lead to, also where no packet of the rules comes: a hash may lead any packet anywhere.
/// Everything must be within bounds and end, and no sequence may hide a live entry behind one of a later order, where the
/// reading may stop.
/// </summary>
internal sealed class SlotWalk
{
    private const int DeepestTree = 512;

    /// <summary>A loop of the program gives up after so many turns (BPF_MAX_LOOPS, linux/bpf.h).</summary>
    private const long MostTurns = 8 * 1024 * 1024;

    private readonly ImageBytes _image;
    private readonly View _view;
    private readonly EntryTable _entries;
    private readonly Findings _findings;
    private readonly Effort _effort;

    /// <summary>By node: the last slot from which it was come to, and whether it is still being walked.</summary>
    private readonly (int Slot, bool IsOpen)[] _nodes;
    private readonly int[] _slotOfEntry;
    private int _slot;
    private long _longest;

    internal SlotWalk(ImageBytes image, View view, EntryTable entries, Findings findings, Effort effort)
    {
        _image = image;
        _view = view;
        _entries = entries;
        _findings = findings;
        _effort = effort;
        _nodes = new (int, bool)[image.Capacity.Nodes];
        _slotOfEntry = new int[entries.Capacity];
    }

    internal SlotContents Contents { get; } = new();

    internal void Walk()
    {
        for (int slot = 0; slot < _view.SlotCount; slot++)
        {
            ulong value = _view.Slot(slot);
            if (value != 0)
            {
                _slot = slot + 1;
                uint reference = (uint)(value >> 32);
                Contents.Begin(slot, reference);
                Follow(reference, 0);
            }
        }

        if (_longest * ImageFormat.MaxTuples >= MostTurns)
        {
            Add($"a sequence of {_longest} entries: a look-up may give up before its end", "");
        }
    }

    private void Follow(uint reference, int depth)
    {
        if (!_effort.Spend())
        {
            return;
        }

        if (References.IsNode(reference))
        {
            FollowNode(References.IndexOf(reference), depth);
        }
        else if (References.IsSequence(reference))
        {
            FollowSequence(reference);
        }
    }

    private void FollowNode(int node, int depth)
    {
        if (node >= _nodes.Length || depth > DeepestTree)
        {
            Add(node >= _nodes.Length ? $"node {node} of {_nodes.Length}" : $"a tree deeper than {DeepestTree}", $"node {node}");
            return;
        }

        if (_nodes[node].Slot == _slot)
        {
            if (_nodes[node].IsOpen)
            {
                Add("a tree leads back to itself", $"node {node}");
            }

            return;
        }

        int at = _image.Layout.Nodes + (node * ImageFormat.NodeSize);
        uint offset = _image.U32(at + ImageFormat.NodeOffset);
        if (offset > Compiler.PacketKey.Size - 8 || offset % 8 != 0)
        {
            Add($"it reads at {offset} of the packet key", $"node {node}");
            return;
        }

        _nodes[node] = (_slot, true);
        Follow(_image.U32(at + ImageFormat.NodeLess), depth + 1);
        Follow(_image.U32(at + ImageFormat.NodeNotLess), depth + 1);
        _nodes[node] = (_slot, false);
    }

    private void FollowSequence(uint reference)
    {
        var sequence = new Sequence(_image, _entries, reference);
        uint largest = 0;
        long length = 0;
        while (_effort.Spend() && sequence.Next(out int index))
        {
            length++;
            ref readonly Entry entry = ref _entries[index];
            if (entry.IsLive && entry.Order < largest)
            {
                Add($"order {entry.Order} stands behind order {largest}, where reading may have stopped", EntryTable.Where(index));
            }

            largest = Math.Max(largest, entry.Order);
            if (_slotOfEntry[index] != _slot)
            {
                _slotOfEntry[index] = _slot;
                Contents.Add(index);
            }
        }

        _longest = Math.Max(_longest, length);
        if (sequence.Error is { } error)
        {
            Add(error, $"reference {reference:x8}");
        }
    }

    private void Add(string problem, string where) =>
        _findings.Add(problem, where.Length > 0 ? $"{_view.Name}, slot {_slot - 1}, {where}" : _view.Name);
}

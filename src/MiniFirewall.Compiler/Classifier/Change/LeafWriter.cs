using System.Buffers.Binary;
using MiniFirewall.Compiler.Classifier.Build;
using MiniFirewall.Compiler.Classifier.Image;

namespace MiniFirewall.Compiler.Classifier.Change;

/// <summary>A leaf's new contents, planned: a list, or a tree of several.</summary>
/// <param name="Entries">In their order.</param>
/// <param name="Tree">Nodes over indexes of <paramref name="Entries"/>; null for a plain list.</param>
internal sealed record LeafPlan(int ReferenceAt, int[] Entries, List<TreeNode>? Tree)
{
    internal int Refs => Tree is null ? Entries.Length : Tree.Sum(node => node.Leaf?.Length ?? 0);

    internal int Nodes => Tree?.Count(node => node.Leaf is null) ?? 0;
}

/// <summary>Plans and writes new contents of leaves. The old ones stay as they are for packets that are reading them.</summary>
internal sealed class LeafWriter(ImageMemory image, SpareRoom room, EntryAccess entries, EditBoxes boxes)
{
    private const int LongestList = 32, LongestLeaf = 64;

    /// <summary>Null where the entries can be neither read through nor divided.</summary>
    internal LeafPlan? Plan(int referenceAt, int[] content, bool isOdd, EntryForm? added = null)
    {
        if (content.Length <= LongestList)
        {
            return new(referenceAt, content, null);
        }

        EntryForm[] forms = [.. content.Select(entry => added is { } form && entry == room.UsedEntries ? form : entries.Read(entry))];
        List<TreeNode> tree = new TreeBuilder(boxes.Of(forms, isOdd)).Build([.. Enumerable.Range(0, forms.Length)]);
        return tree.All(node => node.Leaf is null || node.Leaf.Length <= LongestLeaf) ? new(referenceAt, content, tree) : null;
    }

    /// <summary>Writes the contents where nothing leads to, then leads there. There is room: the caller has asked.</summary>
    internal void Write(LeafPlan plan) => image.Publish32(plan.ReferenceAt, plan.Tree is null ? WriteList(plan.Entries) : WriteTree(plan, plan.Tree));

    private uint WriteTree(LeafPlan plan, List<TreeNode> tree)
    {
        var references = new uint[tree.Count];
        for (int i = tree.Count - 1; i >= 0; i--)
        {
            TreeNode node = tree[i];
            if (node.Leaf is { } leaf)
            {
                references[i] = WriteList([.. leaf.Select(index => plan.Entries[index])]);
                continue;
            }

            int at = room.TakeNodes(1);
            ReferenceTable.WriteNode(
                image.At(image.Layout.Nodes + (at * ImageFormat.NodeSize), ImageFormat.NodeSize),
                node.Field, node.Threshold, references[node.LessNode], references[node.NotLessNode]);
            references[i] = (ImageFormat.KindNode << ImageFormat.KindShift) | (uint)at;
        }

        return references[0];
    }

    private uint WriteList(int[] list)
    {
        if (list.Length == 0)
        {
            return ImageFormat.KindNone << ImageFormat.KindShift;
        }

        if (list.Length == 1 && entries.IsLastOfRun(list[0]))
        {
            return (ImageFormat.KindRun << ImageFormat.KindShift) | (uint)list[0];
        }

        int start = room.TakeRefs(list.Length);
        Span<byte> at = image.At(image.Layout.Refs + (start * ImageFormat.RefSize), list.Length * ImageFormat.RefSize);
        for (int i = 0; i < list.Length; i++)
        {
            uint last = i == list.Length - 1 ? ImageFormat.LastOfList : 0;
            BinaryPrimitives.WriteUInt32LittleEndian(at[(i * ImageFormat.RefSize)..], (uint)list[i] | last);
        }

        return (ImageFormat.KindList << ImageFormat.KindShift) | (uint)start;
    }
}

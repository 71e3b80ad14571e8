using System.Buffers.Binary;
using System.Runtime.InteropServices;
using MiniFirewall.Compiler.Classifier.Image;

namespace MiniFirewall.Compiler.Classifier.Build;

/// <summary>Lists of entries, and trees, as the image holds them.</summary>
internal sealed class ReferenceTable(EntryTable entries)
{
    internal List<uint> Refs { get; } = [];

    internal List<(TreeField Field, ulong Threshold, uint Less, uint NotLess)> Nodes { get; } = [];

    /// <summary>The reference to entries in this order; a single one that ends a run needs no list.</summary>
    internal uint AddList(int[] list)
    {
        if (list.Length == 0)
        {
            return ImageFormat.KindNone << ImageFormat.KindShift;
        }

        if (list.Length == 1 && entries.IsLast(list[0]))
        {
            return (ImageFormat.KindRun << ImageFormat.KindShift) | (uint)entries.PlaceOf(list[0]);
        }

        uint start = (uint)Refs.Count;
        for (int i = 0; i < list.Length; i++)
        {
            Refs.Add((uint)entries.PlaceOf(list[i]) | (i == list.Length - 1 ? ImageFormat.LastOfList : 0));
        }

        return (ImageFormat.KindList << ImageFormat.KindShift) | start;
    }

    /// <summary>The reference to a tree's root.</summary>
    internal uint AddTree(List<TreeNode> nodes)
    {
        // Children stand behind their parents, so from the end on every reference is known when it is asked for.
        var references = new uint[nodes.Count];
        for (int i = nodes.Count - 1; i >= 0; i--)
        {
            if (nodes[i].Leaf is { } leaf)
            {
                references[i] = AddList(leaf);
                continue;
            }

            references[i] = (ImageFormat.KindNode << ImageFormat.KindShift) | (uint)Nodes.Count;
            Nodes.Add((nodes[i].Field, nodes[i].Threshold, references[nodes[i].LessNode], references[nodes[i].NotLessNode]));
        }

        return references[0];
    }

    internal void Write(Span<byte> refs, Span<byte> nodes)
    {
        MemoryMarshal.AsBytes(CollectionsMarshal.AsSpan(Refs)).CopyTo(refs);
        for (int i = 0; i < Nodes.Count; i++)
        {
            WriteNode(nodes.Slice(i * ImageFormat.NodeSize, ImageFormat.NodeSize), Nodes[i].Field, Nodes[i].Threshold, Nodes[i].Less, Nodes[i].NotLess);
        }
    }

    internal static void WriteNode(Span<byte> at, TreeField field, ulong threshold, uint less, uint notLess)
    {
        int shift = field.Offset % 8 * 8;
        BinaryPrimitives.WriteUInt64LittleEndian(at[ImageFormat.NodeMask..], field.Mask << shift);
        BinaryPrimitives.WriteUInt64LittleEndian(at[ImageFormat.NodeThreshold..], threshold << shift);
        BinaryPrimitives.WriteUInt32LittleEndian(at[ImageFormat.NodeLess..], less);
        BinaryPrimitives.WriteUInt32LittleEndian(at[ImageFormat.NodeNotLess..], notLess);
        BinaryPrimitives.WriteInt32LittleEndian(at[ImageFormat.NodeOffset..], field.Offset & ~7);
    }
}

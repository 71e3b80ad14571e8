using System.Buffers.Binary;
using System.Collections.Immutable;
using MiniFirewall.Compiler.Classifier.Image;

namespace MiniFirewall.Tests.Verification;

/// <summary>A way to spoil an image.</summary>
/// <param name="Apply">False where the image has nothing of the kind.</param>
internal sealed record Corruption(string Name, Func<SpoiledImage, bool> Apply)
{
    private const int U16 = 2, U32 = 4, U64 = 8;

    internal static ImmutableArray<Corruption> All { get; } =
    [
        .. Sections(),
        new("entry dies", i => i.Entry(e => i.Or(e + i.Action, (byte)ImageFormat.ActionDead))),
        new("orders swapped", i => i.Entry(a => i.Entry(b => i.Swap(a + i.Order, b + i.Order, U32)))),
        new("entries swapped", i => i.Entry(a => i.Entry(b => i.Swap(a, b, i.EntrySize)))),
        new("actions swapped", i => i.Entry(a => i.Entry(b => i.Swap(a + i.Action, b + i.Action, U32)))),
        new("entry copied over another", i => i.Entry(a => i.Entry(b => i.Copy(a, b, i.EntrySize)))),
        new("prefix longer or shorter", i => i.Entry(e => i.Add(e + i.PrefixLength(), i.Random.Next(2) == 0 ? 1 : -1, 1))),
        new("port range moved", i => i.Entry(e => i.Add(e + i.Tail + (2 * i.Random.Next(4)), i.Random.Next(2) == 0 ? 1 : -1, U16))),
        new("protocol ignored", i => i.Entry(e => i.Set(e + i.ProtocolMask, 0, 1))),
        new("shape changed", i => i.Entry(e => i.Add(e + i.Shape, 1, U16))),
        new("run cut", i => i.Entry(e => i.Or(e + i.Flags, ImageFormat.LastOfRun))),
        new("run goes on", i => i.Entry(e => i.Set(e + i.Flags, 0, 1))),
        new("list cut", i => i.Element(e => i.Or(e + 3, 0x80))),
        new("list goes on", i => i.Element(e => i.And(e + 3, 0x7f))),
        new("list element changed", i => i.Element(e => i.Add(e, 1, U32))),
        new("threshold moved", i => i.Node(n => i.Add(n + ImageFormat.NodeThreshold + i.Random.Next(8), i.Random.Next(2) == 0 ? 1 : -1, 1))),
        new("node's children swapped", i => i.Node(n => i.Swap(n + ImageFormat.NodeLess, n + ImageFormat.NodeNotLess, U32))),
        new("node's children the same", i => i.Node(n => i.Copy(n + ImageFormat.NodeLess, n + ImageFormat.NodeNotLess, U32))),
        new("node leads to itself", i => i.Node(n => i.Set(n + ImageFormat.NodeLess, (ImageFormat.KindNode << ImageFormat.KindShift) | i.NodeNumber(n), U32))),
        new("nodes swapped", i => i.Node(a => i.Node(b => i.Swap(a, b, ImageFormat.NodeSize)))),
        new("slot emptied", i => i.Slot(s => i.Set(s, 0, U64))),
        new("slots swapped", i => i.Slot(a => i.Slot(b => i.Swap(a, b, U64)))),
        new("references swapped", i => i.Slot(a => i.Slot(b => i.Swap(a + ImageFormat.SlotReference, b + ImageFormat.SlotReference, U32)))),
        new("slot leads nowhere", i => i.Slot(s => i.Set(s + ImageFormat.SlotReference, ImageFormat.KindNone << ImageFormat.KindShift, U32))),
        new("tuple's mask wider", i => i.Tuple(t => i.Or(t + i.Random.Next(40), (byte)(1 << i.Random.Next(8))))),
        new("tuple's mask narrower", i => i.Tuple(t => i.ClearBit(t + (8 * i.Random.Next(5))))),
        new("tuple too late", i => i.Tuple(t => i.Add(t + ImageFormat.TupleMinOrder + 2, 1, U16))),
        new("tuples swapped", i => i.Tuple(a => i.Tuple(b => i.Swap(a, b, ImageFormat.TupleSize)))),
        new("chain loses a tuple", i => i.Chain(c => i.ClearBit(c + (i.Random.Next(2) * 8)))),
        new("chain begins later", i => i.Chain(c => i.Entry(e => i.Copy(e + i.Order, c + ImageFormat.ChainFirst, U32) && i.Add(c + ImageFormat.ChainFirst, 1, U32)))),
        new("chain ends earlier", i => i.Chain(c => i.Entry(e => i.Copy(e + i.Order, c + ImageFormat.ChainEnd, U32)))),
        new("protocol loses a tuple", i => i.ClearBit(i.Layout.ProtocolMasks + (8 * (i.Random.Next(3) == 0 ? 6 : i.Random.Next(2) == 0 ? 17 : i.Random.Next(256))))),
        new("ports lose a tuple", i => i.ClearBit((i.Random.Next(2) == 0 ? i.Layout.SourcePortMasks : i.Layout.DestinationPortMasks) + (8 * i.Random.Next(4)))),
        new("addresses lose a tuple", i => i.ClearBit((i.Random.Next(2) == 0 ? i.Layout.SourceMasks : i.Layout.DestinationMasks) + (8 * i.Random.Next(4)))),
        new("a port's class changed", i => i.Entry(e => i.Add(i.PortClass(e), 1, 1))),
        new("record ended", i => i.Record(r => i.Set(r + ImageFormat.RecordUntil, CompiledRules.Epoch, U32))),
        new("record not begun", i => i.Record(r => i.Set(r + ImageFormat.RecordFrom, CompiledRules.Epoch + 1, U32))),
        new("record's kind changed", i => i.Record(r => i.Set(r + ImageFormat.RecordKind, (uint)i.Random.Next(5), 1))),
        new("record's result changed", i => i.Record(r => i.Add(r + ImageFormat.RecordResult, i.Random.Next(2) == 0 ? 4 : 1, U32))),
        new("record's target changed", i => i.Record(r => i.Add(r + ImageFormat.RecordChain, 1, U32))),
        new("record's event changed", i => i.Record(r => i.Flip(r + ImageFormat.RecordEmits, 0))),
        new("record's answer changed", i => i.Record(r => i.Flip(r + ImageFormat.RecordAnswer, 0))),
        new("record's residual gone", i => i.Record(r => i.Set(r + ImageFormat.RecordResidual, 0, U32))),
        new("record's full program changed", i => i.Record(r => i.Add(r + ImageFormat.RecordFull, 1, U32))),
        new("op's ends swapped", i => i.Op(o => i.Swap(o + OpFormat.OnTrue, o + OpFormat.OnFalse, U16))),
        new("op jumps to a match", i => i.Op(o => i.Set(o + OpFormat.OnFalse, OpFormat.Match, U16))),
        new("op jumps further", i => i.Op(o => i.Add(o + OpFormat.OnTrue, 1, U16))),
        new("op jumps to itself", i => i.Op(o => i.Set(o + OpFormat.OnTrue, 0, U16))),
        new("op drops", i => i.Op(o => i.Set(o + OpFormat.OnTrue, OpFormat.Invalid, U16))),
        new("op's range moved", i => i.Op(o => i.Add(o + OpFormat.Low, 1, U64))),
        new("op's range wider", i => i.Op(o => i.Add(o + OpFormat.Span, 1, U64))),
        new("op asks another thing", i => i.Op(o => i.Set(o, (uint)i.Random.Next(6), 1))),
    ];

    /// <summary>Flips of bits in what each section has in use.</summary>
    private static IEnumerable<Corruption> Sections()
    {
        (string Name, Func<ImageLayout, (int From, int To)> Range)[] sections =
        [
            ("header", l => (0, 52)),
            ("tuples", l => (l.Tuples, l.OddTuples)),
            ("odd tuples", l => (l.OddTuples, l.BitNumbers)),
            ("bit numbers", l => (l.BitNumbers, l.PrefixMasks)),
            ("prefix masks", l => (l.PrefixMasks, l.PrefixMasks + (65 * 8))),
            ("protocol masks", l => (l.ProtocolMasks, l.SourcePortMasks)),
            ("port masks", l => (l.SourcePortMasks, l.SourceMasks)),
            ("address masks", l => (l.SourceMasks, l.SourcePortClasses)),
            ("port classes", l => (l.SourcePortClasses, l.SourceClasses)),
            ("address classes", l => (l.SourceClasses, l.Shapes)),
            ("shapes", l => (l.Shapes, l.Chains)),
            ("chains", l => (l.Chains, l.Slots)),
            ("slots", l => (l.Slots, l.OddSlots)),
            ("odd slots", l => (l.OddSlots, l.Entries)),
            ("entries", l => (l.Entries, l.Refs)),
            ("refs", l => (l.Refs, l.Nodes)),
            ("nodes", l => (l.Nodes, l.Records)),
            ("records", l => (l.Records, l.Ops)),
            ("ops", l => (l.Ops, l.Size)),
        ];
        return sections.Select(s => new Corruption($"bit of the {s.Name}", image => image.FlipUsed(s.Range(image.Layout))));
    }
}

/// <summary>An image that is being spoiled. What is changed is chosen at random among what is in use.</summary>
internal sealed class SpoiledImage(ImageLayout layout, byte[] bytes, Random random)
{
    internal ImageLayout Layout => layout;

    internal Random Random => random;

    private bool IsV6 => layout.Capacity.IsV6;

    internal int EntrySize => ImageFormat.EntrySize(IsV6);

    internal int Action => IsV6 ? ImageFormat.V6Action : ImageFormat.V4Action;

    internal int Order => IsV6 ? ImageFormat.V6Order : ImageFormat.V4Order;

    internal int Shape => IsV6 ? ImageFormat.V6Shape : ImageFormat.V4Shape;

    internal int Flags => IsV6 ? ImageFormat.V6Flags : ImageFormat.V4Flags;

    internal int Tail => IsV6 ? ImageFormat.V6Tail : ImageFormat.V4Tail;

    internal int ProtocolMask => IsV6 ? ImageFormat.V6ProtocolMask : ImageFormat.V4ProtocolMask;

    internal int PrefixLength() => IsV6 ? ImageFormat.V6SourceLengthHigh + random.Next(4) : ImageFormat.V4SourceShift + random.Next(2);

    internal bool Entry(Func<int, bool> change) => Pick(layout.Entries, EntrySize, layout.Capacity.Entries, change);

    internal bool Element(Func<int, bool> change) => Pick(layout.Refs, ImageFormat.RefSize, layout.Capacity.Refs, change);

    internal bool Node(Func<int, bool> change) => Pick(layout.Nodes, ImageFormat.NodeSize, layout.Capacity.Nodes, change);

    internal uint NodeNumber(int at) => (uint)((at - layout.Nodes) / ImageFormat.NodeSize);

    internal bool Record(Func<int, bool> change) => Pick(layout.Records, ImageFormat.RecordSize, layout.Capacity.Records, change);

    internal bool Op(Func<int, bool> change) => Pick(layout.Ops, OpFormat.Size, layout.Capacity.Ops, change);

    internal bool Chain(Func<int, bool> change) => Pick(layout.Chains, ImageFormat.ChainSize, layout.Capacity.Chains, change);

    internal bool Slot(Func<int, bool> change) => random.Next(2) == 0
        ? Pick(layout.Slots, ImageFormat.SlotSize, layout.Capacity.Slots + ImageFormat.SlotPadding, change)
        : Pick(layout.OddSlots, ImageFormat.SlotSize, layout.Capacity.OddSlots + ImageFormat.SlotPadding, change);

    internal bool Tuple(Func<int, bool> change) =>
        Pick(random.Next(2) == 0 ? layout.Tuples : layout.OddTuples, ImageFormat.TupleSize, ImageFormat.MaxTuples, change);

    /// <summary>The class of one of the entry's ports.</summary>
    internal int PortClass(int entry) => random.Next(2) == 0
        ? layout.SourcePortClasses + BinaryPrimitives.ReadUInt16LittleEndian(bytes.AsSpan(entry + Tail + ImageFormat.TailSourcePort))
        : layout.DestinationPortClasses + BinaryPrimitives.ReadUInt16LittleEndian(bytes.AsSpan(entry + Tail + ImageFormat.TailDestinationPort));

    internal bool FlipUsed((int From, int To) range)
    {
        int[] used = [.. Enumerable.Range(range.From, range.To - range.From).Where(at => bytes[at] != 0)];
        return used.Length > 0 && Flip(used[random.Next(used.Length)], random.Next(8));
    }

    internal bool Flip(int at, int bit)
    {
        bytes[at] ^= (byte)(1 << bit);
        return true;
    }

    internal bool Or(int at, byte bits)
    {
        bytes[at] |= bits;
        return true;
    }

    internal bool And(int at, byte bits)
    {
        bytes[at] &= bits;
        return true;
    }

    internal bool ClearBit(int at)
    {
        ulong value = BinaryPrimitives.ReadUInt64LittleEndian(bytes.AsSpan(at));
        int[] set = [.. Enumerable.Range(0, 64).Where(bit => ((value >> bit) & 1) != 0)];
        if (set.Length == 0)
        {
            return false;
        }

        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(at), value & ~(1UL << set[random.Next(set.Length)]));
        return true;
    }

    internal bool Set(int at, ulong value, int size)
    {
        for (int i = 0; i < size; i++)
        {
            bytes[at + i] = (byte)(value >> (i * 8));
        }

        return true;
    }

    internal bool Add(int at, int difference, int size)
    {
        ulong value = 0;
        for (int i = 0; i < size; i++)
        {
            value |= (ulong)bytes[at + i] << (i * 8);
        }

        return Set(at, unchecked(value + (ulong)difference), size);
    }

    internal bool Copy(int from, int to, int size)
    {
        bytes.AsSpan(from, size).CopyTo(bytes.AsSpan(to, size));
        return true;
    }

    internal bool Swap(int one, int other, int size)
    {
        byte[] kept = bytes[one..(one + size)];
        Copy(other, one, size);
        kept.CopyTo(bytes, other);
        return true;
    }

    /// <summary>Changes one of the section's elements that is not all zero.</summary>
    private bool Pick(int section, int size, int count, Func<int, bool> change)
    {
        int[] used = [.. Enumerable.Range(0, count).Select(i => section + (i * size)).Where(at => bytes.AsSpan(at, size).ContainsAnyExcept((byte)0))];
        return used.Length > 0 && change(used[random.Next(used.Length)]);
    }
}

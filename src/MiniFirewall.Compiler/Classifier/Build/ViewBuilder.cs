using System.Buffers.Binary;
using System.Runtime.InteropServices;
using MiniFirewall.Compiler.Classifier.Image;

namespace MiniFirewall.Compiler.Classifier.Build;

/// <summary>One view in the making: its tuples, and its entries gathered into buckets of equal keys.</summary>
internal sealed class ViewBuilder
{
    private readonly EntryForm[] _entries;
    private readonly bool _isV6;
    private readonly TupleForm[] _tuples;
    private readonly ulong[] _salts;
    private readonly uint[] _minOrders;

    // Keys' hashes and their entries, sorted by hash, then order: a bucket is a run of equal hashes.
    private readonly ulong[] _hashes;
    private readonly int[] _keyed;

    /// <param name="members">Indexes of the view's entries.</param>
    internal ViewBuilder(EntryForm[] entries, int[] members, Func<EntryForm, int> categoryOf, bool isV6)
    {
        _entries = entries;
        _isV6 = isV6;
        EntryForm[] own = members.Length == entries.Length ? entries : [.. members.Select(member => entries[member])];
        (List<TupleForm> chosen, int[] tupleOf) = own.Length == 0 ? ([], []) : TupleChoice.Of(own, categoryOf, isV6 ? 128 : 32);
        int[] position = SortByOrder(own, chosen.Count, tupleOf, out uint[] minOrders);
        _tuples = new TupleForm[chosen.Count + 1];
        for (int i = 0; i < chosen.Count; i++)
        {
            _tuples[position[i]] = chosen[i];
        }

        // One more, of no key bits and nobody's, for entries that come later and fit nowhere.
        _minOrders = [.. minOrders, uint.MaxValue];
        _salts = [.. Enumerable.Range(1, _tuples.Length).Select(i => unchecked((ulong)i * 0x85EBCA6B27D4EB2F))];
        TupleOf = new int[entries.Length];
        _hashes = new ulong[members.Length];
        _keyed = [.. members];
        for (int i = 0; i < members.Length; i++)
        {
            int tuple = position[tupleOf[i]];
            TupleOf[members[i]] = tuple;
            _hashes[i] = HashOf(entries[members[i]], tuple);
        }

        Array.Sort(_hashes, _keyed);
        Buckets = CutIntoBuckets();
    }

    /// <summary>The tuple of each entry of the view, by the entry's index.</summary>
    internal int[] TupleOf { get; }

    internal int TupleCount => _tuples.Length;

    /// <summary>Start and length in the keyed entries.</summary>
    internal List<(int Start, int Length)> Buckets { get; }

    internal int[] EntriesOf((int Start, int Length) bucket)
    {
        int[] entries = _keyed[bucket.Start..(bucket.Start + bucket.Length)];

        // Entries stand in the order of their orders, so their indexes tell.
        Array.Sort(entries);
        return entries;
    }

    internal uint OrderOf(int entry) => _entries[entry].Order;

    internal ulong HashOf((int Start, int Length) bucket) => _hashes[bucket.Start];

    internal void WriteTuples(Span<byte> section)
    {
        for (int i = 0; i < _tuples.Length; i++)
        {
            Span<byte> at = section.Slice(i * ImageFormat.TupleSize, ImageFormat.TupleSize);
            (UInt128 source, UInt128 destination, ulong ports) = MasksOf(_tuples[i]);
            Write(at, ImageFormat.TupleSourceHigh, (ulong)(source >> 64));
            Write(at, ImageFormat.TupleSourceLow, (ulong)source);
            Write(at, ImageFormat.TupleDestinationHigh, (ulong)(destination >> 64));
            Write(at, ImageFormat.TupleDestinationLow, (ulong)destination);
            Write(at, ImageFormat.TuplePortMask, ports);
            Write(at, ImageFormat.TupleSalt, _salts[i]);
            BinaryPrimitives.WriteUInt32LittleEndian(at[ImageFormat.TupleMinOrder..], _minOrders[i]);
        }

        // Nobody's tuples end every search.
        for (int i = _tuples.Length; i < ImageFormat.MaxTuples; i++)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(section[((i * ImageFormat.TupleSize) + ImageFormat.TupleMinOrder)..], uint.MaxValue);
        }
    }

    internal ulong HashOf(in EntryForm entry, int tuple)
    {
        (UInt128 sourceMask, UInt128 destinationMask, ulong portMask) = MasksOf(_tuples[tuple]);
        UInt128 source = entry.Source & sourceMask, destination = entry.Destination & destinationMask;
        ulong ports = entry.ExactPorts & portMask, salt = _salts[tuple], chainSalt = SaltOfChain(entry.Chain);
        return _isV6
            ? KeyHash.V6((ulong)(source >> 64), (ulong)source, (ulong)(destination >> 64), (ulong)destination, ports, salt, chainSalt)
            : KeyHash.V4(((ulong)source << 32) | (ulong)destination, ports, salt, chainSalt);
    }

    internal static ulong SaltOfChain(int chain) => unchecked((ulong)(chain + 1) * KeyHash.ChainFactor);

    private (UInt128 Source, UInt128 Destination, ulong Ports) MasksOf(TupleForm tuple)
    {
        ulong ports = ((tuple.Category & 1) != 0 ? 0xffffUL : 0) | ((tuple.Category & 2) != 0 ? 0xffff_0000UL : 0) | ((tuple.Category & 4) != 0 ? 0xffUL << 32 : 0);
        return (MaskOf(tuple.SourceLength), MaskOf(tuple.DestinationLength), ports);
    }

    private UInt128 MaskOf(int length)
    {
        UInt128 mask = length == 0 ? 0 : UInt128.MaxValue << (128 - length);
        return _isV6 ? mask : mask >> 96;
    }

    /// <summary>Tuples by their least orders: a search ends at the first that cannot have a better one.</summary>
    private static int[] SortByOrder(EntryForm[] own, int count, int[] tupleOf, out uint[] minOrders)
    {
        var least = new uint[count];
        Array.Fill(least, uint.MaxValue);
        for (int i = 0; i < own.Length; i++)
        {
            least[tupleOf[i]] = Math.Min(least[tupleOf[i]], own[i].Order);
        }

        int[] byOrder = [.. Enumerable.Range(0, count).OrderBy(t => least[t]).ThenBy(t => t)];
        var position = new int[count];
        minOrders = new uint[count];
        for (int i = 0; i < count; i++)
        {
            position[byOrder[i]] = i;
            minOrders[i] = least[byOrder[i]];
        }

        return position;
    }

    private List<(int Start, int Length)> CutIntoBuckets()
    {
        var buckets = new List<(int, int)>();
        for (int start = 0; start < _keyed.Length;)
        {
            int end = start + 1;
            while (end < _hashes.Length && _hashes[end] == _hashes[start])
            {
                end++;
            }

            buckets.Add((start, end - start));
            start = end;
        }

        return buckets;
    }

    private static void Write(Span<byte> at, int offset, ulong value) => BinaryPrimitives.WriteUInt64LittleEndian(at[offset..], value);
}

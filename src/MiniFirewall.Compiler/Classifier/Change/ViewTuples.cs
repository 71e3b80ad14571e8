using System.Numerics;
using MiniFirewall.Compiler.Classifier.Build;
using MiniFirewall.Compiler.Classifier.Image;

namespace MiniFirewall.Compiler.Classifier.Change;

/// <summary>One view's tuples and slots, as an image has them.</summary>
internal sealed class ViewTuples
{
    private readonly ImageMemory _image;
    private readonly Tuple[] _tuples;
    private readonly int _slots, _range, _tuplesAt;

    internal ViewTuples(ImageMemory image, bool isOdd)
    {
        _image = image;
        IsOdd = isOdd;
        ImageLayout layout = image.Layout;
        (_slots, _range, _tuplesAt) = isOdd
            ? (layout.OddSlots, layout.Capacity.OddSlots, layout.OddTuples)
            : (layout.Slots, layout.Capacity.Slots, layout.Tuples);
        var count = (int)image.U32(layout.Changes + (isOdd ? ChangeFormat.OddTuples : ChangeFormat.Tuples));
        _tuples = [.. Enumerable.Range(0, count).Select(ReadTuple)];
    }

    internal bool IsOdd { get; }

    /// <summary>The tuples that can find an entry, those that say most about it first; the one for what fits nowhere is the last.</summary>
    internal IEnumerable<int> For(EntryForm entry)
    {
        ulong exact = (entry.SourceWidth == 0 ? 0xffffUL : 0) | (entry.DestinationWidth == 0 ? 0xffff_0000UL : 0) | (entry.HasProtocol ? 0xffUL << 32 : 0);
        return Enumerable.Range(0, _tuples.Length)
            .Where(t => (_tuples[t].Ports & ~exact) == 0 && _tuples[t].SourceLength <= entry.SourceLength && _tuples[t].DestinationLength <= entry.DestinationLength)
            .OrderByDescending(t => _tuples[t].SourceLength + _tuples[t].DestinationLength + BitOperations.PopCount(_tuples[t].Ports))
            .ThenBy(t => t);
    }

    internal ulong HashOf(in EntryForm entry, int number, ulong chainSalt)
    {
        ref readonly Tuple tuple = ref _tuples[number];
        ulong ports = entry.ExactPorts & tuple.Ports;
        UInt128 source = entry.Source & tuple.Source, destination = entry.Destination & tuple.Destination;
        return _image.IsV6
            ? KeyHash.V6((ulong)(source >> 64), (ulong)source, (ulong)(destination >> 64), (ulong)destination, ports, tuple.Salt, chainSalt)
            : KeyHash.V4(((ulong)source << 32) | (ulong)destination, ports, tuple.Salt, chainSalt);
    }

    /// <summary>A tuple's masks of addresses.</summary>
    internal (UInt128 Source, UInt128 Destination) MasksOf(int tuple) => (_tuples[tuple].Source, _tuples[tuple].Destination);

    /// <summary>The slot that a packet with the hash ends at: the one with its tag, or an empty one. Null where there is none.</summary>
    internal (int At, bool IsEmpty)? Probe(ulong hash)
    {
        uint tag = KeyHash.Tag(hash);
        int end = _range + ImageFormat.SlotPadding;
        for (var slot = (int)KeyHash.Place(hash, (uint)_range); slot < end; slot++)
        {
            int at = _slots + (slot * ImageFormat.SlotSize);
            uint used = _image.U32(at + ImageFormat.SlotTag);
            if (used == 0 || used == tag)
            {
                return (at, used == 0);
            }
        }

        return null;
    }

    /// <summary>Packets that search for an order come as far as this tuple. Orders only bound searches, so lower ones are harmless.</summary>
    internal void Lower(int tuple, uint order)
    {
        for (int i = 0; i <= tuple; i++)
        {
            int at = _tuplesAt + (i * ImageFormat.TupleSize) + ImageFormat.TupleMinOrder;
            if (_image.U32(at) > order)
            {
                _image.Publish32(at, order);
            }
        }
    }

    private Tuple ReadTuple(int number)
    {
        int at = _tuplesAt + (number * ImageFormat.TupleSize);
        UInt128 source = new(_image.U64(at + ImageFormat.TupleSourceHigh), _image.U64(at + ImageFormat.TupleSourceLow));
        UInt128 destination = new(_image.U64(at + ImageFormat.TupleDestinationHigh), _image.U64(at + ImageFormat.TupleDestinationLow));
        return new(
            source, destination, _image.U64(at + ImageFormat.TuplePortMask), _image.U64(at + ImageFormat.TupleSalt),
            (int)UInt128.PopCount(source), (int)UInt128.PopCount(destination));
    }

    private readonly record struct Tuple(UInt128 Source, UInt128 Destination, ulong Ports, ulong Salt, int SourceLength, int DestinationLength);
}

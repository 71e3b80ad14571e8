using MiniFirewall.Compiler.Classifier.Image;
using MiniFirewall.Packets;
using MiniFirewall.Verification.Decoding;

namespace MiniFirewall.Verification.Running;

/// <summary>One packet's look-ups, step by step as the programs do them.</summary>
internal sealed class Lookup
{
    private const int MostSteps = 1 << 22;

    private readonly ImageBytes _image;
    private readonly View _view;
    private readonly EntryDecoder _decoder;
    private readonly KeyBytes _key;
    private readonly OpRun _ops;
    private readonly uint _epoch;
    private readonly Corner _corner;
    private int _steps;
    private uint _low, _best;
    private Hit? _hit;

    internal Lookup(ImageBytes image, View view, OpRun ops, KeyBytes key, uint epoch)
    {
        _image = image;
        _view = view;
        _decoder = new(image);
        _key = key;
        _ops = ops;
        _epoch = epoch;
        for (int d = 0; d < Dimensions.Count; d++)
        {
            _corner[d] = key[(Dimension)d, image.IsV6];
        }
    }

    /// <summary>An entry that matches; where it does not, the packet is invalid.</summary>
    internal readonly record struct Hit(uint Order, Entry Entry, bool IsInvalid);

    /// <summary>The least order from <paramref name="low"/> on that matches; null where none does.</summary>
    internal Hit? Find(in ChainRow chain, uint low)
    {
        (_low, _best, _hit) = (low, chain.End, null);
        ulong tuples = chain.TuplesOf(_view) & (_view.IsOdd ? ulong.MaxValue : Filtered());
        while (tuples != 0)
        {
            ref readonly ImageTuple tuple = ref _view.TupleOf(View.NextBit(ref tuples));
            if (tuple.MinOrder >= _best)
            {
                break;
            }

            int slot = _view.Probe(Hashing.Of(_corner, tuple, chain.Salt, _image.IsV6));
            if (slot >= 0)
            {
                Resolve((uint)(_view.Slot(slot) >> 32));
            }
        }

        return _hit;
    }

    private ulong Filtered()
    {
        ImageLayout layout = _image.Layout;
        Dimension source = _image.IsV6 ? Dimension.SourceHigh : Dimension.SourceLow;
        Dimension destination = _image.IsV6 ? Dimension.DestinationHigh : Dimension.DestinationLow;
        return _image.U64(layout.ProtocolMasks + ((int)_corner[(int)Dimension.Protocol] * 8))
            & _image.U64(layout.SourcePortMasks + (_image.U8(layout.SourcePortClasses + (int)_corner[(int)Dimension.SourcePort]) * 8))
            & _image.U64(layout.DestinationPortMasks + (_image.U8(layout.DestinationPortClasses + (int)_corner[(int)Dimension.DestinationPort]) * 8))
            & Filtered(layout.SourceClasses, layout.SourceMasks, source, _image.Capacity.SourceFilterShift)
            & Filtered(layout.DestinationClasses, layout.DestinationMasks, destination, _image.Capacity.DestinationFilterShift);
    }

    private ulong Filtered(int classes, int masks, Dimension dimension, int shift)
    {
        int key = (int)((_corner[(int)dimension] >> shift) & (ImageFormat.FilterKeys - 1));
        int number = _image.U16(classes + (key * 2));
        return number < ImageFormat.AddressClasses
            ? _image.U64(masks + (number * 8))
            : throw new BrokenImageException($"address class {number}");
    }

    private void Resolve(uint reference)
    {
        while (reference >> ImageFormat.KindShift == ImageFormat.KindNode)
        {
            reference = Branch((int)(reference & ImageFormat.IndexMask));
        }

        int index = (int)(reference & ImageFormat.IndexMask);
        switch (reference >> ImageFormat.KindShift)
        {
            case ImageFormat.KindRun:
                while (Read(index) && !_decoder.IsLastOfRun(index))
                {
                    index++;
                }

                break;
            case ImageFormat.KindList:
                while (Element(index) is var element && Read((int)(element & ~ImageFormat.LastOfList)) && (element & ImageFormat.LastOfList) == 0)
                {
                    index++;
                }

                break;
            default:
                break;
        }
    }

    private uint Branch(int node)
    {
        Step(node, _image.Capacity.Nodes, "node");
        int at = _image.Layout.Nodes + (node * ImageFormat.NodeSize);
        int offset = (int)_image.U32(at + ImageFormat.NodeOffset);
        if (offset is < 0 or > Compiler.PacketKey.Size - 8)
        {
            throw new BrokenImageException($"node {node} reads at {offset}");
        }

        bool isLess = (_key.Word(offset) & _image.U64(at + ImageFormat.NodeMask)) < _image.U64(at + ImageFormat.NodeThreshold);
        return _image.U32(at + (isLess ? ImageFormat.NodeLess : ImageFormat.NodeNotLess));
    }

    private uint Element(int index)
    {
        Step(index, _image.Capacity.Refs, "list element");
        return _image.U32(_image.Layout.Refs + (index * ImageFormat.RefSize));
    }

    /// <summary>False where reading stops.</summary>
    private bool Read(int index)
    {
        Step(index, _image.Capacity.Entries, "entry");
        string? error = _decoder.Decode(index, out Entry entry);
        if (entry.Order >= _best)
        {
            return false;
        }

        if (entry.Order < _low || (entry.Action & 3) == ImageFormat.ActionDead)
        {
            return true;
        }

        if (error is not null)
        {
            throw new BrokenImageException($"entry {index}: {error}");
        }

        if (IsWithin(_view.BoxOf(entry)) && Ask(entry) is var end and not OpFormat.Miss)
        {
            _best = entry.Order;
            _hit = new(entry.Order, entry, end == OpFormat.Invalid);
            return false;
        }

        return true;
    }

    private bool IsWithin(in Box box)
    {
        for (int d = 0; d < Dimensions.Count; d++)
        {
            if (_corner[d] < box.Low[d] || _corner[d] > box.High[d])
            {
                return false;
            }
        }

        return true;
    }

    private ushort Ask(in Entry entry)
    {
        int program;
        if (entry.HasRecord)
        {
            Step(entry.Record, _image.Capacity.Records, "record");
            Record record = Record.Read(_image, entry.Record);
            if (!record.InForce(_epoch))
            {
                return OpFormat.Miss;
            }

            program = _view.IsOdd ? record.Full : record.Residual;
        }
        else
        {
            program = _view.IsOdd ? Meaning.EntryKind.ShapeProgram(_image, entry.Shape) : 0;
        }

        if (program == 0 && !_view.IsOdd)
        {
            return OpFormat.Match;
        }

        ushort end = _ops.Run(program, entry);
        return end == OpFormat.Invalid && !_view.IsOdd ? OpFormat.Miss : end;
    }

    private void Step(int index, int capacity, string what)
    {
        if (index < 0 || index >= capacity || ++_steps > MostSteps)
        {
            throw new BrokenImageException($"{what} {index} of {capacity}");
        }
    }
}

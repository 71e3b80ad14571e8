using System.Buffers.Binary;
using MiniFirewall.Compiler.Classifier.Build;
using MiniFirewall.Compiler.Classifier.Image;

namespace MiniFirewall.Compiler.Classifier.Change;

/// <summary>An image's entries and records, read back and written.</summary>
internal sealed class EntryAccess(ImageMemory image, SpareRoom room)
{
    private readonly int _size = ImageFormat.EntrySize(image.IsV6);
    private readonly int _order = image.IsV6 ? ImageFormat.V6Order : ImageFormat.V4Order;
    private readonly int _action = image.IsV6 ? ImageFormat.V6Action : ImageFormat.V4Action;
    private readonly int _flags = image.IsV6 ? ImageFormat.V6Flags : ImageFormat.V4Flags;
    private readonly int _shape = image.IsV6 ? ImageFormat.V6Shape : ImageFormat.V4Shape;

    internal uint OrderOf(int entry) => image.U32(At(entry) + _order);

    internal uint ActionOf(int entry) => image.U32(At(entry) + _action);

    internal int ShapeOf(int entry) => image.U16(At(entry) + _shape);

    internal bool IsLastOfRun(int entry) => (FlagsOf(entry) & ImageFormat.LastOfRun) != 0;

    /// <summary>The tuple that finds the entry in a view; null where the view does not have it.</summary>
    internal int? TupleOf(int entry, bool isOdd)
    {
        int flags = FlagsOf(entry);
        int tuple = (flags >> (isOdd ? ImageFormat.OddTupleShift : ImageFormat.TupleShift)) & (ImageFormat.MaxTuples - 1);
        return isOdd || (flags & ImageFormat.OddOnly) == 0 ? tuple : null;
    }

    /// <summary>Writes an entry that nothing leads to; it is a run of its own.</summary>
    internal void Write(int entry, in EntryForm form) => EntryWriter.Write(form, isLast: true, image.Family, image.At(At(entry), _size));

    internal void SetAction(int entry, uint action) => image.Publish32(At(entry) + _action, action);

    /// <summary>The entry as it was before it had a place, but for its chain.</summary>
    internal EntryForm Read(int entry)
    {
        int at = At(entry), tail = at + (image.IsV6 ? ImageFormat.V6Tail : ImageFormat.V4Tail);
        var form = new EntryForm
        {
            SourcePort = image.U16(tail + ImageFormat.TailSourcePort),
            SourceWidth = image.U16(tail + ImageFormat.TailSourceWidth),
            DestinationPort = image.U16(tail + ImageFormat.TailDestinationPort),
            DestinationWidth = image.U16(tail + ImageFormat.TailDestinationWidth),
            Protocol = image.U8(at + (image.IsV6 ? ImageFormat.V6Protocol : ImageFormat.V4Protocol)),
            HasProtocol = image.U8(at + (image.IsV6 ? ImageFormat.V6ProtocolMask : ImageFormat.V4ProtocolMask)) != 0,
            IsOrdinary = TupleOf(entry, isOdd: false) is not null,
            Shape = (ushort)ShapeOf(entry),
            Order = OrderOf(entry),
            Action = ActionOf(entry),
        };
        ReadAddresses(at, ref form);
        return form;
    }

    /// <summary>From and until which epoch the entry matches.</summary>
    internal (uint From, uint Until) LifeOf(int entry)
    {
        uint action = ActionOf(entry);
        if ((action & 3) != ImageFormat.ActionRecord)
        {
            return (0, (action & 3) == ImageFormat.ActionDead ? 0 : ImageFormat.Forever);
        }

        int record = RecordAt((int)(action >> 2));
        return (image.U32(record + ImageFormat.RecordFrom), image.U32(record + ImageFormat.RecordUntil));
    }

    internal bool IsInForce(int entry, uint epoch)
    {
        (uint from, uint until) = LifeOf(entry);
        return from <= epoch && epoch < until;
    }

    /// <summary>The counter of the entry's statement.</summary>
    internal uint CounterOf(int entry)
    {
        uint action = ActionOf(entry);
        return ((action & 3) == ImageFormat.ActionRecord ? image.U32(RecordAt((int)(action >> 2)) + ImageFormat.RecordResult) : action) >> 2;
    }

    /// <summary>The entries of two counters that are in force; 0 is nobody's.</summary>
    internal List<int> WithCounters(uint one, uint other, uint epoch)
    {
        List<int> found = [];
        ReadOnlySpan<byte> section = image.At(image.Layout.Entries, room.UsedEntries * _size);
        ReadOnlySpan<byte> records = image.At(image.Layout.Records, room.UsedRecords * ImageFormat.RecordSize);
        for (int at = 0; at < section.Length; at += _size)
        {
            uint action = BinaryPrimitives.ReadUInt32LittleEndian(section[(at + _action)..]);
            uint counter = ((action & 3) != ImageFormat.ActionRecord
                ? action
                : BinaryPrimitives.ReadUInt32LittleEndian(records[(((int)(action >> 2) * ImageFormat.RecordSize) + ImageFormat.RecordResult)..])) >> 2;
            if ((counter == one || counter == other) && counter != 0 && IsInForce(at / _size, epoch))
            {
                found.Add(at / _size);
            }
        }

        return found;
    }

    /// <summary>The entries whose orders lie between two, dead ones included.</summary>
    internal List<int> Between(uint low, uint high)
    {
        List<int> found = [];
        ReadOnlySpan<byte> section = image.At(image.Layout.Entries, room.UsedEntries * _size);
        for (int at = 0; at < section.Length; at += _size)
        {
            uint order = BinaryPrimitives.ReadUInt32LittleEndian(section[(at + _order)..]);
            if (order > low && order < high)
            {
                found.Add(at / _size);
            }
        }

        return found;
    }

    /// <summary>Of the entries whose orders lie between two, those that a tuple finds and whose addresses under its masks are a form's.</summary>
    internal List<int> BetweenOfKey(uint low, uint high, int tuple, bool isOdd, UInt128 source, UInt128 sourceMask, UInt128 destination, UInt128 destinationMask)
    {
        List<int> found = [];
        ReadOnlySpan<byte> section = image.At(image.Layout.Entries, room.UsedEntries * _size);
        int shift = isOdd ? ImageFormat.OddTupleShift : ImageFormat.TupleShift;
        for (int at = 0; at < section.Length; at += _size)
        {
            ReadOnlySpan<byte> entry = section.Slice(at, _size);
            uint order = BinaryPrimitives.ReadUInt32LittleEndian(entry[_order..]);
            int flags = BinaryPrimitives.ReadUInt16LittleEndian(entry[_flags..]);
            if (order > low && order < high && ((flags >> shift) & (ImageFormat.MaxTuples - 1)) == tuple && (isOdd || (flags & ImageFormat.OddOnly) == 0)
                && (SourceOf(entry) & sourceMask) == source && (DestinationOf(entry) & destinationMask) == destination)
            {
                found.Add(at / _size);
            }
        }

        return found;
    }

    internal int RecordAt(int record) => image.Layout.Records + (record * ImageFormat.RecordSize);

    private UInt128 SourceOf(ReadOnlySpan<byte> entry) => image.IsV6
        ? new UInt128(BinaryPrimitives.ReadUInt64LittleEndian(entry[ImageFormat.V6SourceHigh..]), BinaryPrimitives.ReadUInt64LittleEndian(entry[ImageFormat.V6SourceLow..]))
        : BinaryPrimitives.ReadUInt32LittleEndian(entry[ImageFormat.V4Source..]);

    private UInt128 DestinationOf(ReadOnlySpan<byte> entry) => image.IsV6
        ? new UInt128(BinaryPrimitives.ReadUInt64LittleEndian(entry[ImageFormat.V6DestinationHigh..]), BinaryPrimitives.ReadUInt64LittleEndian(entry[ImageFormat.V6DestinationLow..]))
        : BinaryPrimitives.ReadUInt32LittleEndian(entry[ImageFormat.V4Destination..]);

    private int FlagsOf(int entry) => image.U16(At(entry) + _flags);

    private int At(int entry) => image.Layout.Entries + (entry * _size);

    private void ReadAddresses(int at, ref EntryForm form)
    {
        if (!image.IsV6)
        {
            form.Source = image.U32(at + ImageFormat.V4Source);
            form.Destination = image.U32(at + ImageFormat.V4Destination);
            form.SourceLength = (byte)(32 - image.U8(at + ImageFormat.V4SourceShift));
            form.DestinationLength = (byte)(32 - image.U8(at + ImageFormat.V4DestinationShift));
            return;
        }

        form.Source = new(image.U64(at + ImageFormat.V6SourceHigh), image.U64(at + ImageFormat.V6SourceLow));
        form.Destination = new(image.U64(at + ImageFormat.V6DestinationHigh), image.U64(at + ImageFormat.V6DestinationLow));
        form.SourceLength = (byte)(image.U8(at + ImageFormat.V6SourceLengthHigh) + image.U8(at + ImageFormat.V6SourceLengthLow));
        form.DestinationLength = (byte)(image.U8(at + ImageFormat.V6DestinationLengthHigh) + image.U8(at + ImageFormat.V6DestinationLengthLow));
    }
}

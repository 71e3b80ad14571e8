using MiniFirewall.Compiler.Classifier.Image;

namespace MiniFirewall.Verification.Decoding;

/// <summary>
/// Reads entries. Only their canonical form is taken: no address bit beyond its prefix, no port range that goes round, a
/// protocol whole or absent; there, however the bits are compared, they say the same.
/// </summary>
internal sealed class EntryDecoder(ImageBytes image)
{
    private readonly int _size = ImageFormat.EntrySize(image.IsV6);

    /// <summary>Where an entry stands, bytes from the image's start.</summary>
    internal int Address(int index) => image.Layout.Entries + (index * _size);

    internal bool IsLastOfRun(int index) =>
        (image.U16(Address(index) + (image.IsV6 ? ImageFormat.V6Flags : ImageFormat.V4Flags)) & ImageFormat.LastOfRun) != 0;

    /// <summary>The entry, all but whether it is live; an error where it is not in canonical form.</summary>
    internal string? Decode(int index, out Entry entry)
    {
        int at = Address(index);
        entry = new Entry { Box = Box.Everything(image.IsV6) };
        string? error = image.IsV6 ? DecodeV6(at, ref entry) : DecodeV4(at, ref entry);
        int tail = at + (image.IsV6 ? ImageFormat.V6Tail : ImageFormat.V4Tail);
        return error
            ?? DecodePorts(tail + ImageFormat.TailSourcePort, Dimension.SourcePort, ref entry.Box)
            ?? DecodePorts(tail + ImageFormat.TailDestinationPort, Dimension.DestinationPort, ref entry.Box);
    }

    private string? DecodeV4(int at, ref Entry entry)
    {
        entry.Order = image.U32(at + ImageFormat.V4Order);
        entry.Action = image.U32(at + ImageFormat.V4Action);
        entry.Shape = image.U16(at + ImageFormat.V4Shape);
        return DecodeWord(image.U32(at + ImageFormat.V4Source), 32 - image.U8(at + ImageFormat.V4SourceShift), 32, Dimension.SourceLow, ref entry.Box)
            ?? DecodeWord(image.U32(at + ImageFormat.V4Destination), 32 - image.U8(at + ImageFormat.V4DestinationShift), 32, Dimension.DestinationLow, ref entry.Box)
            ?? DecodeProtocol(image.U8(at + ImageFormat.V4Protocol), image.U8(at + ImageFormat.V4ProtocolMask), ref entry.Box);
    }

    private string? DecodeV6(int at, ref Entry entry)
    {
        entry.Order = image.U32(at + ImageFormat.V6Order);
        entry.Action = image.U32(at + ImageFormat.V6Action);
        entry.Shape = image.U16(at + ImageFormat.V6Shape);
        return DecodeWordV6(at + ImageFormat.V6SourceHigh, at + ImageFormat.V6SourceLengthHigh, Dimension.SourceHigh, ref entry.Box)
            ?? DecodeWordV6(at + ImageFormat.V6SourceLow, at + ImageFormat.V6SourceLengthLow, Dimension.SourceLow, ref entry.Box)
            ?? DecodeWordV6(at + ImageFormat.V6DestinationHigh, at + ImageFormat.V6DestinationLengthHigh, Dimension.DestinationHigh, ref entry.Box)
            ?? DecodeWordV6(at + ImageFormat.V6DestinationLow, at + ImageFormat.V6DestinationLengthLow, Dimension.DestinationLow, ref entry.Box)
            ?? DecodeProtocol(image.U8(at + ImageFormat.V6Protocol), image.U8(at + ImageFormat.V6ProtocolMask), ref entry.Box);
    }

    private string? DecodeWordV6(int value, int length, Dimension dimension, ref Box box) =>
        DecodeWord(image.U64(value), image.U8(length), 64, dimension, ref box);

    private static string? DecodeWord(ulong value, int length, int width, Dimension dimension, ref Box box)
    {
        if (length < 0 || length > width)
        {
            return $"{dimension}: a prefix of {length} of {width} bits";
        }

        ulong rest = length == width ? 0 : (width == 64 ? ulong.MaxValue : (1UL << width) - 1) >> length;
        if ((value & rest) != 0)
        {
            return $"{dimension}: bits are set beyond the prefix of {length}";
        }

        box.Low[(int)dimension] = value;
        box.High[(int)dimension] = value | rest;
        return null;
    }

    private string? DecodePorts(int at, Dimension dimension, ref Box box)
    {
        int low = image.U16(at), high = low + image.U16(at + 2);
        if (high > ushort.MaxValue)
        {
            return $"{dimension}: the range {low} to {high} goes beyond the last port";
        }

        box.Low[(int)dimension] = (ulong)low;
        box.High[(int)dimension] = (ulong)high;
        return null;
    }

    private static string? DecodeProtocol(byte value, byte mask, ref Box box)
    {
        if (mask == 0xff)
        {
            box.Low[(int)Dimension.Protocol] = box.High[(int)Dimension.Protocol] = value;
        }

        return mask is 0 or 0xff ? null : $"a protocol under the mask {mask:x2}";
    }
}

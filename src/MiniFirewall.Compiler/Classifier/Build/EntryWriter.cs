using System.Buffers.Binary;
using MiniFirewall.Compiler.Classifier.Image;
using MiniFirewall.Packets;

namespace MiniFirewall.Compiler.Classifier.Build;

/// <summary>Entries as bytes.</summary>
internal static class EntryWriter
{
    /// <summary>Writes all entries, and that the free elements between them are dead.</summary>
    internal static void WriteAll(EntryForm[] entries, EntryTable table, Family family, Span<byte> section)
    {
        int size = ImageFormat.EntrySize(family == Family.IPv6), action = family == Family.IPv6 ? ImageFormat.V6Action : ImageFormat.V4Action;
        for (int at = 0; at < table.Count * size; at += size)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(section[(at + action)..], ImageFormat.ActionDead);
        }

        for (int i = 0; i < entries.Length; i++)
        {
            Write(entries[i], table.IsLast(i), family, section.Slice(table.PlaceOf(i) * size, size));
        }
    }

    internal static void Write(in EntryForm entry, bool isLast, Family family, Span<byte> at)
    {
        if (family == Family.IPv4)
        {
            WriteV4(entry, isLast, at);
        }
        else
        {
            WriteV6(entry, isLast, at);
        }
    }

    private static void WriteV4(in EntryForm entry, bool isLast, Span<byte> at)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(at[ImageFormat.V4Source..], (uint)entry.Source);
        BinaryPrimitives.WriteUInt32LittleEndian(at[ImageFormat.V4Destination..], (uint)entry.Destination);
        WritePorts(entry, at[ImageFormat.V4Tail..]);
        at[ImageFormat.V4SourceShift] = (byte)(32 - entry.SourceLength);
        at[ImageFormat.V4DestinationShift] = (byte)(32 - entry.DestinationLength);
        at[ImageFormat.V4Protocol] = entry.Protocol;
        at[ImageFormat.V4ProtocolMask] = entry.HasProtocol ? (byte)0xff : (byte)0;
        BinaryPrimitives.WriteUInt32LittleEndian(at[ImageFormat.V4Order..], entry.Order);
        BinaryPrimitives.WriteUInt32LittleEndian(at[ImageFormat.V4Action..], entry.Action);
        BinaryPrimitives.WriteUInt16LittleEndian(at[ImageFormat.V4Shape..], entry.Shape);
        BinaryPrimitives.WriteUInt16LittleEndian(at[ImageFormat.V4Flags..], FlagsOf(entry, isLast));
    }

    private static void WriteV6(in EntryForm entry, bool isLast, Span<byte> at)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(at[ImageFormat.V6SourceHigh..], (ulong)(entry.Source >> 64));
        BinaryPrimitives.WriteUInt64LittleEndian(at[ImageFormat.V6SourceLow..], (ulong)entry.Source);
        BinaryPrimitives.WriteUInt64LittleEndian(at[ImageFormat.V6DestinationHigh..], (ulong)(entry.Destination >> 64));
        BinaryPrimitives.WriteUInt64LittleEndian(at[ImageFormat.V6DestinationLow..], (ulong)entry.Destination);
        WritePorts(entry, at[ImageFormat.V6Tail..]);
        at[ImageFormat.V6SourceLengthHigh] = Math.Min(entry.SourceLength, (byte)64);
        at[ImageFormat.V6SourceLengthLow] = (byte)Math.Max(entry.SourceLength - 64, 0);
        at[ImageFormat.V6DestinationLengthHigh] = Math.Min(entry.DestinationLength, (byte)64);
        at[ImageFormat.V6DestinationLengthLow] = (byte)Math.Max(entry.DestinationLength - 64, 0);
        at[ImageFormat.V6Protocol] = entry.Protocol;
        at[ImageFormat.V6ProtocolMask] = entry.HasProtocol ? (byte)0xff : (byte)0;
        BinaryPrimitives.WriteUInt32LittleEndian(at[ImageFormat.V6Order..], entry.Order);
        BinaryPrimitives.WriteUInt32LittleEndian(at[ImageFormat.V6Action..], entry.Action);
        BinaryPrimitives.WriteUInt16LittleEndian(at[ImageFormat.V6Shape..], entry.Shape);
        BinaryPrimitives.WriteUInt16LittleEndian(at[ImageFormat.V6Flags..], FlagsOf(entry, isLast));
    }

    private static ushort FlagsOf(in EntryForm entry, bool isLast) => (ushort)(
        (isLast ? ImageFormat.LastOfRun : 0) | (entry.IsOrdinary ? 0 : ImageFormat.OddOnly)
        | (entry.Tuple << ImageFormat.TupleShift) | (entry.OddTuple << ImageFormat.OddTupleShift));

    private static void WritePorts(in EntryForm entry, Span<byte> at)
    {
        BinaryPrimitives.WriteUInt16LittleEndian(at[ImageFormat.TailSourcePort..], entry.SourcePort);
        BinaryPrimitives.WriteUInt16LittleEndian(at[ImageFormat.TailSourceWidth..], entry.SourceWidth);
        BinaryPrimitives.WriteUInt16LittleEndian(at[ImageFormat.TailDestinationPort..], entry.DestinationPort);
        BinaryPrimitives.WriteUInt16LittleEndian(at[ImageFormat.TailDestinationWidth..], entry.DestinationWidth);
    }
}

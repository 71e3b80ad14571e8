using System.Buffers.Binary;
using System.Text;

namespace MiniFirewall.Compiler;

/// <summary>
/// A packet for a netlink group as it stands in the ring buffer, little-endian: u16 group, u16 -, u32 bytes that are asked for,
/// <see cref="PrefixBytes"/> bytes of prefix, then an <see cref="EventRecord"/> that carries more bytes than others.
/// </summary>
public sealed record HandedRecord
{
    internal const int GroupOffset = 0, AskedOffset = 4, PrefixOffset = 8;
    internal const int EventOffset = PrefixOffset + PrefixBytes;

    /// <summary>Bytes of a prefix, with the zero that ends it (include/uapi/linux/netfilter/xt_NFLOG.h).</summary>
    internal const int PrefixBytes = 64;

    /// <summary>No number of bytes is asked for: as many as the group's reader takes.</summary>
    internal const uint AllBytes = uint.MaxValue;

    /// <summary>Bytes of a packet that a record carries at most.</summary>
    public const int MaxCaptured = 2048;

    /// <summary>Bytes of a record.</summary>
    public const int Size = EventOffset + EventRecord.Data + MaxCaptured;

    public required int Group { get; init; }

    /// <summary>Bytes of the packet that the rule hands over at most; null for as many as the group's reader takes.</summary>
    public required uint? Asked { get; init; }

    public required string Prefix { get; init; }

    public required EventRecord Packet { get; init; }

    /// <summary>Reads a record of <see cref="Size"/> bytes.</summary>
    /// <exception cref="ArgumentException">The record is shorter.</exception>
    public static HandedRecord Parse(ReadOnlySpan<byte> record)
    {
        if (record.Length < Size)
        {
            throw new ArgumentException($"a handed packet's record has {Size} bytes, not {record.Length}", nameof(record));
        }

        uint asked = BinaryPrimitives.ReadUInt32LittleEndian(record[AskedOffset..]);
        return new HandedRecord
        {
            Group = BinaryPrimitives.ReadUInt16LittleEndian(record[GroupOffset..]),
            Asked = asked == AllBytes ? null : asked,
            Prefix = PrefixText(record.Slice(PrefixOffset, PrefixBytes)),
            Packet = EventRecord.Parse(record[EventOffset..], MaxCaptured),
        };
    }

    /// <summary>A prefix as it stands in the record.</summary>
    internal static byte[] PrefixOf(string text)
    {
        var bytes = new byte[PrefixBytes];
        Encoding.UTF8.GetBytes(text, bytes.AsSpan(0, PrefixBytes - 1));
        return bytes;
    }

    private static string PrefixText(ReadOnlySpan<byte> bytes) => Encoding.UTF8.GetString(bytes[..bytes.IndexOf((byte)0)]);
}

using System.IO.Compression;

namespace MiniFirewall.Engine.State.Store;

/// <summary>
/// Rules that are stored together, compressed: their slots and their texts. Little-endian: u32 bytes when unpacked, then raw
/// deflate (RFC 1951) of, for each rule, the differences of its packed slots from those of the rule before (zigzag, 7 bits a
/// byte), then for each rule the length of its text (7 bits a byte), then the texts.
/// </summary>
internal sealed class RuleChunk
{
    /// <summary>How many rules a chunk has: few enough to look one up, enough to say their common words once.</summary>
    internal const int Rules = 128;

    /// <summary>zlib's: the lowest one that looks for repeated words properly.</summary>
    private const int Level = 2;

    private readonly byte[] _bytes;
    private readonly RuleSlots[] _slots;
    private readonly int[] _starts;

    private RuleChunk(byte[] bytes, RuleSlots[] slots, int[] starts)
    {
        _bytes = bytes;
        _slots = slots;
        _starts = starts;
    }

    internal ReadOnlySpan<byte> TextOf(int index) => _bytes.AsSpan(_starts[index].._starts[index + 1]);

    internal RuleSlots SlotsOf(int index) => _slots[index];

    /// <param name="ends">Where each rule's text ends in <paramref name="texts"/>.</param>
    internal static byte[] Pack(ReadOnlySpan<RuleSlots> slots, ReadOnlySpan<byte> texts, ReadOnlySpan<int> ends)
    {
        using var raw = new MemoryStream(texts.Length + (slots.Length * 12));
        using var writer = new BinaryWriter(raw);
        (uint V4, uint V6) last = default;
        foreach (RuleSlots rule in slots)
        {
            (uint V4, uint V6) packed = rule.Pack();
            WriteDifference(writer, packed.V4, last.V4);
            WriteDifference(writer, packed.V6, last.V6);
            last = packed;
        }

        for (int i = 0; i < ends.Length; i++)
        {
            writer.Write7BitEncodedInt(ends[i] - (i == 0 ? 0 : ends[i - 1]));
        }

        writer.Write(texts);
        return Compress(raw);
    }

    /// <param name="count">How many rules it has.</param>
    /// <exception cref="FormatException">It is damaged.</exception>
    internal static RuleChunk Unpack(ReadOnlySpan<byte> packed, int count)
    {
        byte[] bytes = Decompress(packed);
        using var reader = new BinaryReader(new MemoryStream(bytes));
        var slots = new RuleSlots[count];
        (uint V4, uint V6) last = default;
        for (int i = 0; i < count; i++)
        {
            last = (ReadDifference(reader, last.V4), ReadDifference(reader, last.V6));
            slots[i] = RuleSlots.Unpack(last.V4, last.V6);
        }

        var starts = new int[count + 1];
        for (int i = 0; i < count; i++)
        {
            starts[i + 1] = checked(starts[i] + reader.Read7BitEncodedInt());
        }

        int text = (int)reader.BaseStream.Position;
        for (int i = 0; i <= count; i++)
        {
            starts[i] += text;
        }

        return starts[count] == bytes.Length ? new(bytes, slots, starts) : throw new FormatException("a chunk of another length");
    }

    private static void WriteDifference(BinaryWriter writer, uint value, uint from)
    {
        int difference = (int)(value - from);
        writer.Write7BitEncodedInt((difference << 1) ^ (difference >> 31));
    }

    private static uint ReadDifference(BinaryReader reader, uint from)
    {
        uint zigzag = (uint)reader.Read7BitEncodedInt();
        return from + ((zigzag >> 1) ^ (uint)-(int)(zigzag & 1));
    }

    private static byte[] Compress(MemoryStream raw)
    {
        using var packed = new MemoryStream();
        packed.Write(BitConverter.GetBytes((int)raw.Length));
        using (var deflate = new DeflateStream(packed, new ZLibCompressionOptions { CompressionLevel = Level }, leaveOpen: true))
        {
            deflate.Write(raw.GetBuffer(), 0, (int)raw.Length);
        }

        return packed.ToArray();
    }

    private static byte[] Decompress(ReadOnlySpan<byte> packed)
    {
        int length = BitConverter.ToInt32(packed);
        if (length < 0 || length / 1100 > packed.Length)
        {
            throw new FormatException($"a chunk of {length} bytes");
        }

        var bytes = new byte[length];
        using var deflate = new DeflateStream(new MemoryStream(packed[sizeof(int)..].ToArray()), CompressionMode.Decompress);
        deflate.ReadExactly(bytes);
        return deflate.ReadByte() < 0 ? bytes : throw new FormatException("a chunk with more behind it");
    }
}

using System.Runtime.InteropServices;

namespace MiniFirewall.Btf;

/// <summary>
/// The two sections of a BTF blob, every read checked against its section's bounds (Documentation/bpf/btf.rst).
/// Types are words of the host's byte order: a kernel's own BTF always is.
/// </summary>
internal readonly ref struct BtfBlob
{
    public const int HeaderLength = 24;
    public const ushort Magic = 0xeb9f;

    private BtfBlob(ReadOnlySpan<uint> types, ReadOnlySpan<byte> strings)
    {
        Types = types;
        Strings = strings;
    }

    public ReadOnlySpan<uint> Types { get; }

    public ReadOnlySpan<byte> Strings { get; }

    public static BtfBlob Open(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < HeaderLength)
        {
            throw new BtfException($"BTF of {bytes.Length} bytes is shorter than its header");
        }

        ushort magic = MemoryMarshal.Read<ushort>(bytes);
        if (magic != Magic)
        {
            throw new BtfException($"BTF starts with 0x{magic:x4}, not 0x{Magic:x4}: not BTF, or of the other byte order");
        }

        if (bytes[2] != 1)
        {
            throw new BtfException($"BTF of version {bytes[2]}; only version 1 is known");
        }

        ReadOnlySpan<uint> header = MemoryMarshal.Cast<byte, uint>(bytes[..HeaderLength]);
        if (header[1] < HeaderLength || header[1] > bytes.Length)
        {
            throw new BtfException($"BTF header claims {header[1]} of {bytes.Length} bytes");
        }

        ReadOnlySpan<byte> body = bytes[(int)header[1]..];
        ReadOnlySpan<byte> types = Section(body, "type", header[2], header[3]);
        ReadOnlySpan<byte> strings = Section(body, "string", header[4], header[5]);
        RequireWhole(types, strings);
        return new(MemoryMarshal.Cast<byte, uint>(types), strings);
    }

    /// <summary>A word of the type section.</summary>
    public uint Word(int at) =>
        (uint)at < (uint)Types.Length
            ? Types[at]
            : throw new BtfException($"BTF is cut short: no word {at} among the {Types.Length} of its types");

    /// <summary>Whether the zero-terminated string at <paramref name="offset"/> is <paramref name="name"/>.</summary>
    public bool NameIs(uint offset, ReadOnlySpan<byte> name)
    {
        if (offset >= Strings.Length)
        {
            throw new BtfException($"BTF name offset {offset} is beyond the {Strings.Length} bytes of strings");
        }

        ReadOnlySpan<byte> rest = Strings[(int)offset..];
        return rest.Length > name.Length && rest[name.Length] == 0 && rest.StartsWith(name);
    }

    private static ReadOnlySpan<byte> Section(ReadOnlySpan<byte> body, string name, uint offset, uint length) =>
        (ulong)offset + length <= (ulong)body.Length
            ? body.Slice((int)offset, (int)length)
            : throw new BtfException($"BTF {name} section of {length} bytes at {offset} is beyond the {body.Length} bytes there are");

    private static void RequireWhole(ReadOnlySpan<byte> types, ReadOnlySpan<byte> strings)
    {
        if (types.Length % sizeof(uint) != 0)
        {
            throw new BtfException($"BTF type section of {types.Length} bytes is not made of words");
        }

        if (strings.IsEmpty || strings[0] != 0 || strings[^1] != 0)
        {
            throw new BtfException("BTF strings do not start and end with a zero byte");
        }
    }
}

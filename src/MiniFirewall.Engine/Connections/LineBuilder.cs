using System.Buffers.Binary;
using System.Buffers.Text;
using System.Globalization;
using System.Net;
using System.Text;
using MiniFirewall.Packets;

namespace MiniFirewall.Engine.Connections;

/// <summary>Writes one line of UTF-8, for a million lines in a row without an object for each part. The room given is enough for any.</summary>
internal ref struct LineBuilder(Span<byte> room)
{
    private readonly Span<byte> _room = room;

    internal int Length { get; private set; }

    internal void Text(ReadOnlySpan<byte> text)
    {
        text.CopyTo(_room[Length..]);
        Length += text.Length;
    }

    internal void Text(string text) => Length += Encoding.UTF8.GetBytes(text, _room[Length..]);

    internal void Number(ulong number)
    {
        Utf8Formatter.TryFormat(number, _room[Length..], out int written);
        Length += written;
    }

    internal void Hexadecimal(ulong number)
    {
        Text("0x"u8);
        Utf8Formatter.TryFormat(number, _room[Length..], out int written, new('x'));
        Length += written;
    }

    /// <summary>A number that ends at a column.</summary>
    internal void NumberTo(int column, ulong number)
    {
        int start = Length;
        Number(number);
        int blanks = Math.Max(column - Length, 1);
        _room[start..Length].CopyTo(_room[(start + blanks)..]);
        _room.Slice(start, blanks).Fill((byte)' ');
        Length += blanks;
    }

    /// <summary>Blanks up to a column, and one at least.</summary>
    internal void To(int column)
    {
        int blanks = Math.Max(column - Length, 1);
        _room.Slice(Length, blanks).Fill((byte)' ');
        Length += blanks;
    }

    /// <summary>As inet_ntop writes it.</summary>
    internal void Address(Family family, UInt128 address)
    {
        Span<byte> bytes = stackalloc byte[16];
        BinaryPrimitives.WriteUInt128BigEndian(bytes, address);
        new IPAddress(family == Family.IPv4 ? bytes[12..] : bytes).TryFormat(_room[Length..], out int written);
        Length += written;
    }

    /// <summary>As the kernel prints it: nothing of an IPv6 address is shortened (%pI6).</summary>
    internal void WholeAddress(Family family, UInt128 address)
    {
        if (family == Family.IPv4)
        {
            Address(family, address);
            return;
        }

        for (int shift = 112; shift >= 0; shift -= 16)
        {
            ((ushort)(address >> shift)).TryFormat(_room[Length..], out int written, "x4", CultureInfo.InvariantCulture);
            Length += written;
            Text(shift > 0 ? ":"u8 : default);
        }
    }

    /// <summary>An address with its port as in a packet's description.</summary>
    internal void End(Family family, UInt128 address, ushort? port)
    {
        bool hasBrackets = port is not null && family == Family.IPv6;
        Text(hasBrackets ? "["u8 : default);
        Address(family, address);
        Text(hasBrackets ? "]"u8 : default);
        if (port is { } number)
        {
            Text(":"u8);
            Number(number);
        }
    }
}

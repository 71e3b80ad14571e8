using System.Buffers.Binary;

namespace MiniFirewall.Engine.State.Store;

/// <summary>A hash of 64 bits of a rule's canonical text as UTF-8. Stored, in part: it is the same on every machine.</summary>
internal static class TextHash
{
    private const ulong First = 0x9e37_79b9_7f4a_7c15, Second = 0xd6e8_feb8_6659_fd93;

    internal static ulong Of(ReadOnlySpan<byte> text)
    {
        ulong hash = (ulong)text.Length * First;
        while (text.Length >= 8)
        {
            hash = Mix(hash, BinaryPrimitives.ReadUInt64LittleEndian(text));
            text = text[8..];
        }

        ulong rest = 0;
        foreach (byte b in text)
        {
            rest = (rest << 8) | b;
        }

        return Mix(hash, rest);
    }

    internal static ulong Mix(ulong hash, ulong value)
    {
        ulong high = Math.BigMul(hash ^ value ^ First, Second ^ value, out ulong low);
        return (high ^ low) + First;
    }
}

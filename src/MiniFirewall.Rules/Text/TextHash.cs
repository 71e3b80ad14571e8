using System.Runtime.InteropServices;

namespace MiniFirewall.Rules.Text;

/// <summary>A hash of short texts for tables of fixed size; not kept anywhere, and of no use against chosen texts.</summary>
internal static class TextHash
{
    private const ulong Multiplier = 0x9e37_79b9_7f4a_7c15;

    /// <summary>The text's place in a table of 2^<paramref name="bits"/> places.</summary>
    internal static int Of(ReadOnlySpan<char> text, int bits)
    {
        ulong hash = (ulong)text.Length;
        foreach (ulong four in MemoryMarshal.Cast<char, ulong>(text))
        {
            hash = (hash ^ four) * Multiplier;
            hash ^= hash >> 29;
        }

        foreach (char c in text[(text.Length & ~3)..])
        {
            hash = (hash ^ c) * Multiplier;
        }

        return (int)((hash * Multiplier) >> (64 - bits));
    }
}

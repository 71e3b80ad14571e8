using System.Numerics;
using MiniFirewall.Verification.Decoding;

namespace MiniFirewall.Verification.Meaning;

/// <summary>Neighbouring bits of an eight-byte word of the packet key, read as a number; and an interval that it lies in.</summary>
/// <param name="Word">The word's offset, a multiple of eight.</param>
/// <param name="Mask">The bits, where they stand in the word; Low and High stand there too.</param>
internal readonly record struct Lane(int Word, ulong Mask, ulong Low, ulong High)
{
    internal bool IsSame(in Lane other) => Word == other.Word && Mask == other.Mask;

    internal bool Meets(in Lane other) => Low <= other.High && High >= other.Low;

    /// <summary>(eight bytes at the offset &amp; mask) in [low, high]; null where that is no interval of neighbouring bits of one word.</summary>
    internal static Lane? Of(int offset, ulong mask, ulong low, ulong high)
    {
        int shift = offset % 8 * 8;
        bool isOneWord = mask << shift >> shift == mask, isContiguous = IsContiguous(mask);
        if (mask == 0 || !isOneWord || !isContiguous || low > mask || low > high)
        {
            return null;
        }

        // Masked values are multiples of the lowest bit; bounds between two of them mean the next ones inside.
        int place = BitOperations.TrailingZeroCount(mask);
        ulong first = RoundUp(low, place), last = Math.Min(high, mask) >> place << place;
        return first <= last && first <= mask ? new Lane(offset & ~7, mask << shift, first << shift, last << shift) : null;
    }

    /// <summary>The lane of a number that entries hold, as a box has it.</summary>
    internal static Lane? Of(in Box box, int dimension, bool isV6) =>
        Of(Dimensions.KeyOffset(dimension), Dimensions.Full(dimension, isV6), box.Low[dimension], box.High[dimension]);

    /// <summary>The part below a threshold, or from it on; null where there is none.</summary>
    internal static Lane? Split(int word, ulong mask, ulong threshold, bool below) => below
        ? threshold == 0 ? null : Of(word, mask, 0, threshold - 1)
        : Of(word, mask, threshold, ulong.MaxValue);

    private static ulong RoundUp(ulong value, int place)
    {
        ulong rest = value & ((1UL << place) - 1);
        return rest == 0 ? value : value - rest + (1UL << place);
    }

    private static bool IsContiguous(ulong mask)
    {
        ulong low = mask >> BitOperations.TrailingZeroCount(mask);
        return (low & unchecked(low + 1)) == 0;
    }
}

using MiniFirewall.Policy;

namespace MiniFirewall.Compiler.Classifier.Build;

/// <summary>An address prefix: Bits has Length leading bits of the family's width (32 or 128), the rest zero.</summary>
internal readonly record struct Prefix(UInt128 Bits, int Length)
{
    /// <summary>The prefix that a mask and value say, or null where the mask's ones do not lead.</summary>
    internal static Prefix? Of(UInt128 mask, UInt128 value, int width)
    {
        UInt128 full = width == 128 ? UInt128.MaxValue : (UInt128.One << width) - 1;
        mask &= full;
        UInt128 free = full & ~mask;
        if ((free & (free + 1)) != 0)
        {
            return null;
        }

        return new(value & mask, width - (int)UInt128.PopCount(free));
    }

    /// <summary>Splits a range into prefixes; null where there would be more than <paramref name="most"/>.</summary>
    internal static List<Prefix>? Split(ValueRange range, int width, int most)
    {
        UInt128 full = width == 128 ? UInt128.MaxValue : (UInt128.One << width) - 1;
        UInt128 low = range.Low, high = UInt128.Min(range.High, full);
        var prefixes = new List<Prefix>();
        while (low <= high)
        {
            if (prefixes.Count == most)
            {
                return null;
            }

            int free = low == 0 ? width : (int)UInt128.TrailingZeroCount(low);
            while (free > 0 && SpanOf(free) > high - low)
            {
                free--;
            }

            prefixes.Add(new(low, width - free));
            UInt128 last = low + SpanOf(free);
            if (last == full)
            {
                break;
            }

            low = last + 1;
        }

        return prefixes;
    }

    private static UInt128 SpanOf(int freeBits) => freeBits == 128 ? UInt128.MaxValue : (UInt128.One << freeBits) - 1;
}

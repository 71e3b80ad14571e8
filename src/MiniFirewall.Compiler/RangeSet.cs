using System.Collections.Immutable;
using MiniFirewall.Policy;

namespace MiniFirewall.Compiler;

/// <summary>Ranges in their fewest: sorted, clipped to the field, neighbours joined.</summary>
internal static class RangeSet
{
    internal static ImmutableArray<ValueRange> Normalize(ImmutableArray<ValueRange> ranges, UInt128 max)
    {
        var joined = ImmutableArray.CreateBuilder<ValueRange>(ranges.Length);
        foreach (ValueRange range in ranges.Where(r => r.Low <= r.High && r.Low <= max).OrderBy(r => r.Low))
        {
            UInt128 high = UInt128.Min(range.High, max);
            if (joined.Count > 0 && Touches(joined[^1], range.Low))
            {
                joined[^1] = joined[^1] with { High = UInt128.Max(joined[^1].High, high) };
            }
            else
            {
                joined.Add(new(range.Low, high));
            }
        }

        return joined.ToImmutable();
    }

    /// <summary>The mask under which the range is one value, where it is a prefix (a single value is one, so is everything); else null.</summary>
    internal static UInt128? AsMask(ValueRange range, UInt128 max)
    {
        UInt128 span = range.High - range.Low;
        bool isPowerOfTwo = (span & (span + 1)) == 0;
        return isPowerOfTwo && (range.Low & span) == 0 ? max & ~span : null;
    }

    private static bool Touches(ValueRange before, UInt128 low) => low <= before.High || low == before.High + 1;
}

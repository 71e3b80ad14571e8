using System.Numerics;
using MiniFirewall.Compiler.Classifier.Image;
using MiniFirewall.Verification.Decoding;

namespace MiniFirewall.Verification.Structure;

/// <summary>
/// A node's question, as one about a dimension: number &lt; threshold. A question that is none of that kind (several fields,
/// a field without entries, middle bits) has no dimension; both its answers are open to every packet.
/// </summary>
internal readonly record struct NodeTest(int Dimension, UInt128 Threshold)
{
    internal bool IsOpen => Dimension < 0;

    private static NodeTest Open => new(-1, 0);

    /// <param name="offset">Of the eight bytes in the packet key.</param>
    internal static NodeTest Of(int offset, ulong mask, ulong threshold, bool isV6)
    {
        if (mask == 0)
        {
            return Open;
        }

        int first = (offset * 8) + BitOperations.TrailingZeroCount(mask), last = (offset * 8) + 63 - BitOperations.LeadingZeroCount(mask);
        for (int d = 0; d < Dimensions.Count; d++)
        {
            int start = Dimensions.KeyOffset(d) * 8, end = start + Dimensions.Bits(d, isV6) - 1;
            if (first >= start && last == end && IsContiguous(mask))
            {
                return new(d, ThresholdIn(mask, threshold, first - start));
            }
        }

        return Open;
    }

    private static bool IsContiguous(ulong mask)
    {
        ulong low = mask >> BitOperations.TrailingZeroCount(mask);
        return (low & unchecked(low + 1)) == 0;
    }

    /// <summary>
    /// The mask's lowest bit is bit <paramref name="cut"/> of the number, so the masked value is (number >> cut) at the
    /// mask's place: it is less than the threshold where number >> cut is less than the threshold there, rounded up.
    /// </summary>
    private static UInt128 ThresholdIn(ulong mask, ulong threshold, int cut)
    {
        int place = BitOperations.TrailingZeroCount(mask);
        UInt128 roundedUp = ((UInt128)threshold + (UInt128.One << place) - 1) >> place;
        return roundedUp << cut;
    }

    /// <param name="at">The node's place, bytes from the image's start.</param>
    internal static NodeTest Read(ImageBytes image, int at, bool isV6) => Of(
        image.U8(at + ImageFormat.NodeOffset), image.U64(at + ImageFormat.NodeMask), image.U64(at + ImageFormat.NodeThreshold), isV6);
}

using System.Numerics;
using System.Runtime.CompilerServices;

namespace MiniFirewall.Verification.Decoding;

/// <summary>One number a dimension.</summary>
[InlineArray(Dimensions.Count)]
internal struct Corner
{
    private ulong _first;
}

/// <summary>A product of inclusive intervals, one a <see cref="Dimension"/>: all packets that an entry, or a leaf of a tree, is about.</summary>
internal struct Box
{
    internal Corner Low;
    internal Corner High;

    /// <summary>All packets of a family.</summary>
    internal static Box Everything(bool isV6)
    {
        Box box = default;
        for (int d = 0; d < Dimensions.Count; d++)
        {
            box.High[d] = Dimensions.Full(d, isV6);
        }

        return box;
    }

    /// <summary>The bits that all numbers of the interval have in common: those above the highest one in which its ends differ.</summary>
    internal readonly ulong FixedBits(int dimension)
    {
        ulong difference = Low[dimension] ^ High[dimension];
        return difference == 0 ? ulong.MaxValue : ~(ulong.MaxValue >> BitOperations.LeadingZeroCount(difference));
    }

    internal readonly bool IsWhole(int dimension, bool isV6) => Low[dimension] == 0 && High[dimension] == Dimensions.Full(dimension, isV6);

    internal readonly bool SameAs(in Box other, int dimension) => Low[dimension] == other.Low[dimension] && High[dimension] == other.High[dimension];

    internal readonly bool Equals(in Box other)
    {
        for (int d = 0; d < Dimensions.Count; d++)
        {
            if (!SameAs(other, d))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Whether every packet of <paramref name="part"/> within <paramref name="region"/> is one of this box.</summary>
    internal readonly bool Covers(in Box part, in Box region)
    {
        for (int d = 0; d < Dimensions.Count; d++)
        {
            if (Low[d] > Math.Max(part.Low[d], region.Low[d]) || High[d] < Math.Min(part.High[d], region.High[d]))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>The box with every port and protocol.</summary>
    internal readonly Box AddressesOnly(bool isV6)
    {
        Box box = this;
        for (int d = Dimensions.FirstOfPorts; d < Dimensions.Count; d++)
        {
            box.Low[d] = 0;
            box.High[d] = Dimensions.Full(d, isV6);
        }

        return box;
    }
}

using System.Collections.Immutable;
using MiniFirewall.Policy;
using MiniFirewall.Verification.Decoding;
using MiniFirewall.Verification.Symbolic;

namespace MiniFirewall.Verification.Meaning;

/// <summary>
/// Finds the steps that ask just what an entry says of a part. With one variable for both, the proof for one statement is
/// the proof for all that differ from it in such numbers only.
/// </summary>
internal static class Naming
{
    /// <summary>Names steps by the given parts of a box.</summary>
    /// <param name="named">Those of the parts that some step asks for.</param>
    internal static StepNames Of(ImmutableArray<Step> steps, in Box box, PartSet parts, bool isV6, out PartSet named)
    {
        var names = StepNames.None;
        named = PartSet.None;
        for (int i = 0; i < steps.Length && i < StepNames.Most; i++)
        {
            if (steps[i] is Require { Condition: var condition } && AskedBy(condition) is { } part && parts.Has(part) && Asks(condition, box, part, isV6))
            {
                names = names.With(i, part);
                named = named.With(part);
            }
        }

        return names;
    }

    private static Part? AskedBy(Condition condition)
    {
        Field? field = condition switch
        {
            FieldTest { Negated: false } test => test.Field,
            RangeTest { Negated: false, Ranges.Length: 1 } test => test.Field,
            _ => null,
        };
        return field switch
        {
            Field.Source => Part.Source,
            Field.Destination => Part.Destination,
            Field.SourcePort => Part.SourcePort,
            Field.DestinationPort => Part.DestinationPort,
            Field.Protocol => Part.Protocol,
            _ => null,
        };
    }

    private static bool Asks(Condition condition, in Box box, Part part, bool isV6) => condition is RangeTest { Ranges: [var range] }
        ? IsOneInterval(box, part) && range.Low == Number(box.Low, part, isV6) && range.High == Number(box.High, part, isV6)
        : AsksMasked((FieldTest)condition, box, part, isV6);

    /// <summary>The mask leaves the last bits of each word free, and the box has all numbers with the value's other bits.</summary>
    private static bool AsksMasked(FieldTest test, in Box box, Part part, bool isV6)
    {
        UInt128 value = test.Value, mask = test.Mask;
        for (int d = Parts.LastDimension(part); d >= Parts.FirstDimension(part); d--)
        {
            ulong full = Dimensions.Full(d, isV6), free = ~(ulong)mask & full;
            int bits = Dimensions.Bits(d, isV6);
            bool isSame = (free & unchecked(free + 1)) == 0
                && box.Low[d] == ((ulong)value & full) && (box.Low[d] & free) == 0 && box.High[d] == (box.Low[d] | free);
            if (!isSame)
            {
                return false;
            }

            value >>= bits;
            mask >>= bits;
        }

        return value == 0;
    }

    /// <summary>Two words are one interval of addresses where the high one is a single number, or the low one is whole.</summary>
    private static bool IsOneInterval(in Box box, Part part)
    {
        int high = Parts.FirstDimension(part), low = Parts.LastDimension(part);
        return high == low || box.Low[high] == box.High[high] || (box.Low[low] == 0 && box.High[low] == ulong.MaxValue);
    }

    private static UInt128 Number(in Corner corner, Part part, bool isV6) => Parts.IsAddress(part) && isV6
        ? new UInt128(corner[Parts.FirstDimension(part)], corner[Parts.LastDimension(part)])
        : corner[Parts.LastDimension(part)];
}

using System.Collections.Immutable;
using MiniFirewall.Compiler;
using MiniFirewall.Packets;
using MiniFirewall.Policy;

namespace MiniFirewall.Verification.Symbolic;

/// <summary>Diagrams of questions about one field.</summary>
internal sealed class FieldDiagrams(Diagrams diagrams, Family family)
{
    /// <summary>(field &amp; mask) == value.</summary>
    internal int Equal(Field field, UInt128 mask, UInt128 value)
    {
        KeySlot slot = KeyVariables.SlotOf(field, family);
        UInt128 compared = ComparedBits(field, mask & slot.FullMask, value);
        if ((value & ~compared) != 0)
        {
            return Diagrams.Never;
        }

        int result = Diagrams.Always;
        for (int bit = 0; bit < slot.Bits; bit++)
        {
            if (((compared >> bit) & 1) != 0)
            {
                int variable = diagrams.Variable(KeyVariables.OfBit(slot, bit));
                result = ((value >> bit) & 1) != 0 ? diagrams.And(variable, result) : diagrams.AndNot(result, variable);
            }
        }

        return result;
    }

    /// <summary>The field lies in one of the ranges.</summary>
    internal int InAny(Field field, ImmutableArray<ValueRange> ranges) => InAny(KeyVariables.SlotOf(field, family), ranges.AsSpan());

    internal int InRange(KeySlot slot, UInt128 low, UInt128 high)
    {
        if (low > high || low > slot.FullMask)
        {
            return Diagrams.Never;
        }

        return diagrams.AndNot(AtMost(slot, UInt128.Min(high, slot.FullMask)), low == 0 ? Diagrams.Never : AtMost(slot, low - 1));
    }

    /// <summary>Halves are united, so that each diagram takes part in few unions.</summary>
    private int InAny(KeySlot slot, ReadOnlySpan<ValueRange> ranges) => ranges.Length switch
    {
        0 => Diagrams.Never,
        1 => InRange(slot, ranges[0].Low, ranges[0].High),
        int n => diagrams.Or(InAny(slot, ranges[..(n / 2)]), InAny(slot, ranges[(n / 2)..])),
    };

    /// <summary>From the least significant bit up: at a bit that the bound has set, a number without it is smaller.</summary>
    private int AtMost(KeySlot slot, UInt128 bound)
    {
        int result = Diagrams.Always;
        for (int bit = 0; bit < slot.Bits; bit++)
        {
            int variable = diagrams.Variable(KeyVariables.OfBit(slot, bit));
            result = ((bound >> bit) & 1) != 0
                ? diagrams.IfThenElse(variable, result, Diagrams.Always)
                : diagrams.AndNot(result, variable);
        }

        return result;
    }

    /// <summary>
    /// The kernel leaves bytes behind the zero that ends an interface's name as they were, so a whole name is compared up to
    /// that zero only. For names, which end in zeros, this is the same.
    /// </summary>
    private static UInt128 ComparedBits(Field field, UInt128 mask, UInt128 value)
    {
        if (field is not (Field.InInterface or Field.OutInterface) || mask != UInt128.MaxValue)
        {
            return mask;
        }

        UInt128 compared = 0;
        for (int shift = 120; shift >= 0; shift -= 8)
        {
            compared |= (UInt128)0xff << shift;
            if ((byte)(value >> shift) == 0)
            {
                break;
            }
        }

        return compared;
    }
}

using MiniFirewall.Compiler;
using MiniFirewall.Verification.Decoding;

namespace MiniFirewall.Verification.Symbolic;

/// <summary>
/// Diagrams of an entry's intervals. A part is its bits, or, where it is in the given set, the one variable that stands for
/// "as the entry says", whatever that is.
/// </summary>
internal sealed class BoxDiagrams(Diagrams diagrams, FieldDiagrams fields, bool isV6)
{
    internal int OfPart(in Box box, Part part, PartSet named)
    {
        if (Parts.IsWhole(box, part, isV6))
        {
            return Diagrams.Always;
        }

        if (named.Has(part))
        {
            return diagrams.Variable(KeyVariables.OfPart(part));
        }

        int result = Diagrams.Always;
        for (int d = Parts.LastDimension(part); d >= Parts.FirstDimension(part); d--)
        {
            result = Dimensions.Bits(d, isV6) == 0 ? result : diagrams.And(fields.InRange(Slot(d), box.Low[d], box.High[d]), result);
        }

        return result;
    }

    /// <summary>All parts up to one, in the order of <see cref="Part"/>.</summary>
    internal int Of(in Box box, Part last, PartSet named)
    {
        int result = Diagrams.Always;
        for (Part part = last; part >= 0; part--)
        {
            result = diagrams.And(OfPart(box, part, named), result);
        }

        return result;
    }

    private KeySlot Slot(int dimension) => new(Dimensions.KeyOffset(dimension), Dimensions.Bits(dimension, isV6));
}

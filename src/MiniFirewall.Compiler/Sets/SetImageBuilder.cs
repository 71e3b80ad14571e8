using System.Numerics;
using MiniFirewall.Packets;
using MiniFirewall.Policy;

namespace MiniFirewall.Compiler.Sets;

/// <summary>Builds a set's image from its elements. Deterministic; time and memory are in proportion to the elements.</summary>
public static class SetImageBuilder
{
    private const int SeedsBeforeGrowth = 3;
    private const double Growth = 1.125, MoreGrowth = 1.5;

    /// <summary>Writes the image of a set; of elements that are there twice, the last one counts.</summary>
    /// <param name="allocate">
    /// Is given a number of blocks and returns as much memory, all zero, or null where there is not as much: then nothing is built. It
    /// may be called again, for more: the last one counts.
    /// </param>
    public static void Build(SetShape shape, ReadOnlySpan<SetElement> elements, Func<int, Memory<byte>?> allocate)
    {
        ArgumentNullException.ThrowIfNull(allocate);
        double growth = Growth;
        for (int attempt = 0; ; attempt++)
        {
            SetPlan v4 = SetPlan.Of(shape, Family.IPv4, elements, growth), v6 = SetPlan.Of(shape, Family.IPv6, elements, growth);
            if (allocate(1 + v4.Blocks + v6.Blocks) is not { } image || TryFill(image.Span, v4, v6, elements, (ulong)attempt * SetLayout.HashTwo))
            {
                return;
            }

            growth *= attempt % SeedsBeforeGrowth == SeedsBeforeGrowth - 1 ? MoreGrowth : 1;
        }
    }

    private static bool TryFill(Span<byte> image, SetPlan v4, SetPlan v6, ReadOnlySpan<SetElement> elements, ulong seed)
    {
        WriteBitTable(image.Slice(SetLayout.BitTable, SetLayout.BitTableBytes));
        v4.WriteTo(image, 1, seed);
        v6.WriteTo(image, 1 + v4.Blocks, seed);
        return TryFill(new SetPart(image, Family.IPv4), v4, elements) && TryFill(new SetPart(image, Family.IPv6), v6, elements);
    }

    private static bool TryFill(SetPart part, SetPlan plan, ReadOnlySpan<SetElement> elements)
    {
        FamilySet wanted = plan.Family.ToSet();
        int farthest = 0, count = 0;
        foreach (ref readonly SetElement element in elements)
        {
            if ((element.Families & wanted) == 0)
            {
                continue;
            }

            int tuple = plan.TupleOf(element);
            SetWords key = SetWords.Of(element, plan.Family);
            key[0] |= SetPart.MarkOf(tuple);
            int slot = part.Find(key, SetImage.MostMoreLines, out int free, out int distance);
            if (slot < 0 && free < 0)
            {
                return false;
            }

            count += slot < 0 ? 1 : 0;
            farthest = slot < 0 ? Math.Max(farthest, distance) : farthest;
            part.Write(slot < 0 ? free : slot, key, element.NoMatch);
            part.Announce(element, tuple);
        }

        part.Elements = count;
        part.MoreLines = farthest;
        return true;
    }

    /// <summary>The number of a word's lowest bit, found by that bit times a De Bruijn number.</summary>
    private static void WriteBitTable(Span<byte> table)
    {
        for (int bit = 0; bit < SetLayout.BitTableBytes; bit++)
        {
            table[(int)(((1UL << bit) * SetLayout.DeBruijn) >> 58)] = (byte)bit;
        }
    }
}

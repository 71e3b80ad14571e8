using MiniFirewall.Packets;
using MiniFirewall.Policy;

namespace MiniFirewall.Compiler.Sets;

/// <summary>What became of a change to one element.</summary>
public enum SetChange
{
    /// <summary>The image says so now.</summary>
    Done,

    /// <summary>It said so before.</summary>
    Nothing,

    /// <summary>The image has no room, or not these prefix lengths: it has to be built anew.</summary>
    NeedsNewImage,
}

/// <summary>
/// A set's image in memory that packets may be reading: looking at it, and changing single elements of it by stores that a
/// look-up sees whole or not at all. One writer at a time; a reader beside it may see an element twice or not at all that is being changed.
/// </summary>
/// <param name="memory">The image's blocks.</param>
public sealed class SetImage(Memory<byte> memory, SetShape shape)
{
    /// <summary>Bytes of the blocks that an image is made of.</summary>
    public const int BlockBytes = SetLayout.BlockBytes;

    /// <summary>The farthest that an element may be from its line: what bounds a look-up.</summary>
    internal const int MostMoreLines = 64;

    private const double FullestShare = 0.9;

    private static readonly Family[] BothFamilies = [Family.IPv4, Family.IPv6];

    public SetShape Shape => shape;

    /// <summary>Memory that it takes.</summary>
    public int Bytes => memory.Length;

    /// <summary>How many elements there are, counted: a writer that is killed may leave the header's number one off.</summary>
    public int Count
    {
        get
        {
            int count = 0;
            foreach (Family family in ListedFamilies)
            {
                count += Part(family).CountUsed();
            }

            return count;
        }
    }

    /// <summary>Elements without an address are in both parts, and listed once.</summary>
    private Family[] ListedFamilies => shape.Addresses == 0 ? BothFamilies[..1] : BothFamilies;

    /// <summary>Makes an element say what it says.</summary>
    public SetChange Add(SetElement element) => Change(element, AddTo);

    /// <summary>Takes an element away, whatever it says.</summary>
    public SetChange Remove(SetElement element) => Change(element, RemoveFrom);

    /// <summary>The element as it is in the set; null where it is not.</summary>
    public SetElement? Find(SetElement element)
    {
        Family family = element.Families.Has(Family.IPv4) ? Family.IPv4 : Family.IPv6;
        SetPart part = Part(family);
        int tuple = part.FindTuple(element.FirstPrefix, element.SecondPrefix);
        if (tuple < 0)
        {
            return null;
        }

        SetWords words = SetWords.Of(element, family);
        int slot = part.Find(part.Masked(words, tuple), part.MoreLines, out _, out _);
        return slot < 0 ? null : element with { NoMatch = (part.Peek(slot) & SetLayout.NoMatch) != 0 };
    }

    /// <summary>Whether a packet with these whole addresses and this port is in the set: the compiled look-up in C#.</summary>
    public bool Holds(SetElement packet, Family family)
    {
        SetPart part = Part(family);
        if (part.TupleCount == 0)
        {
            return false;
        }

        SetWords words = SetWords.Of(packet, family);
        int perBit = part.Get(SetLayout.TuplesPerBit);
        for (ulong candidates = part.Candidates(packet); candidates != 0; candidates &= candidates - 1)
        {
            int first = System.Numerics.BitOperations.TrailingZeroCount(candidates) * perBit;
            for (int tuple = first; tuple < Math.Min(first + perBit, part.TupleCount); tuple++)
            {
                int slot = part.Find(part.Masked(words, tuple), part.MoreLines, out _, out _);
                if (slot >= 0)
                {
                    return (part.Peek(slot) & SetLayout.NoMatch) == 0;
                }
            }
        }

        return false;
    }

    /// <summary>All elements, in no order.</summary>
    public List<SetElement> Elements()
    {
        var elements = new List<SetElement>(Count);
        foreach (Family family in ListedFamilies)
        {
            Part(family).CopyTo(elements, shape);
        }

        return elements;
    }

    private delegate SetChange PartChange(SetPart part, in SetElement element, int tuple);

    private SetChange Change(in SetElement element, PartChange change)
    {
        SetChange result = SetChange.Nothing;
        foreach (Family family in BothFamilies)
        {
            if (!element.Families.Has(family))
            {
                continue;
            }

            SetPart part = Part(family);
            SetChange one = change(part, element, part.FindTuple(element.FirstPrefix, element.SecondPrefix));
            if (one == SetChange.NeedsNewImage)
            {
                return one;
            }

            result = one == SetChange.Done ? one : result;
        }

        return result;
    }

    private static SetChange AddTo(SetPart part, in SetElement element, int tuple)
    {
        if (tuple < 0)
        {
            return SetChange.NeedsNewImage;
        }

        SetWords key = part.Masked(SetWords.Of(element, part.Family), tuple);
        int slot = part.Find(key, MostMoreLines, out int free, out int distance);
        if (slot >= 0)
        {
            bool same = (part.Peek(slot) & SetLayout.NoMatch) != 0 == element.NoMatch;
            part.Publish(slot, key[0] | (element.NoMatch ? SetLayout.NoMatch : 0UL));
            return same ? SetChange.Nothing : SetChange.Done;
        }

        bool reuses = free >= 0 && part.Peek(free) == SetLayout.Tombstone;
        if (free < 0 || (!reuses && part.Elements + part.Tombstones >= part.Slots * FullestShare))
        {
            return SetChange.NeedsNewImage;
        }

        part.MoreLines = Math.Max(part.MoreLines, distance);
        part.Announce(element, tuple);
        part.Write(free, key, element.NoMatch);
        part.Elements++;
        part.Tombstones -= reuses ? 1 : 0;
        return SetChange.Done;
    }

    private static SetChange RemoveFrom(SetPart part, in SetElement element, int tuple)
    {
        int slot = tuple < 0 ? -1 : part.Find(part.Masked(SetWords.Of(element, part.Family), tuple), part.MoreLines, out _, out _);
        if (slot < 0)
        {
            return SetChange.Nothing;
        }

        part.Publish(slot, SetLayout.Tombstone);
        part.Elements--;
        part.Tombstones++;
        return SetChange.Done;
    }

    private SetPart Part(Family family) => new(memory.Span, family);
}

using System.Runtime.CompilerServices;
using MiniFirewall.Packets;
using MiniFirewall.Policy;

namespace MiniFirewall.Compiler.Sets;

/// <summary>An element's words, as <see cref="SetLayout"/> has them.</summary>
[InlineArray(SetLayout.MaxWords)]
internal struct SetWords
{
    private ulong _first;

    /// <summary>The words of an element, word 0 without flags and tuple.</summary>
    internal static SetWords Of(in SetElement element, Family family)
    {
        var words = default(SetWords);
        if (family == Family.IPv4)
        {
            words[0] = (ulong)element.First << 32;
            words[1] = ((ulong)element.Second << 32) | ((ulong)element.Port << 16) | ((ulong)element.Protocol << 8);
            return words;
        }

        words[0] = ((ulong)element.Port << 48) | ((ulong)element.Protocol << 40);
        words[1] = (ulong)(element.First >> 64);
        words[2] = (ulong)element.First;
        words[3] = (ulong)(element.Second >> 64);
        words[4] = (ulong)element.Second;
        return words;
    }

    /// <summary>The masks of a tuple: which bits of a packet's words are an element's.</summary>
    internal static SetWords Masks(SetShape shape, Family family, int firstPrefix, int secondPrefix)
    {
        var masks = default(SetWords);
        UInt128 first = PrefixMask(family, firstPrefix), second = PrefixMask(family, secondPrefix);
        if (family == Family.IPv4)
        {
            masks[0] = (ulong)first << 32;
            masks[1] = ((ulong)second << 32) | (shape.Port == SetPort.None ? 0 : 0xffff_ff00UL);
            return masks;
        }

        masks[0] = shape.Port == SetPort.None ? 0 : 0xffff_ffUL << 40;
        masks[1] = (ulong)(first >> 64);
        masks[2] = (ulong)first;
        masks[3] = (ulong)(second >> 64);
        masks[4] = (ulong)second;
        return masks;
    }

    /// <summary>The element that has these words.</summary>
    internal static SetElement ToElement(in SetWords words, SetShape shape, Family family, byte firstPrefix, byte secondPrefix) =>
        family == Family.IPv4
            ? new SetElement
            {
                Families = shape.Addresses == 0 ? FamilySet.Both : FamilySet.IPv4,
                First = words[0] >> 32,
                Second = words[1] >> 32,
                Port = (ushort)(words[1] >> 16),
                Protocol = (byte)(words[1] >> 8),
                FirstPrefix = firstPrefix,
                SecondPrefix = secondPrefix,
                NoMatch = (words[0] & SetLayout.NoMatch) != 0,
            }
            : new SetElement
            {
                Families = shape.Addresses == 0 ? FamilySet.Both : FamilySet.IPv6,
                First = new UInt128(words[1], words[2]),
                Second = new UInt128(words[3], words[4]),
                Port = (ushort)(words[0] >> 48),
                Protocol = (byte)(words[0] >> 40),
                FirstPrefix = firstPrefix,
                SecondPrefix = secondPrefix,
                NoMatch = (words[0] & SetLayout.NoMatch) != 0,
            };

    /// <summary>The line that the look-up of these words begins at; the compiled look-up computes the same.</summary>
    internal static uint LineOf(in SetWords words, int used, ulong seed, uint lines)
    {
        ulong hash = (words[0] ^ seed) * SetLayout.HashOne;
        hash ^= hash >> 32;
        for (int i = 1; i < used; i++)
        {
            hash = (hash ^ words[i]) * SetLayout.HashOne;
            hash ^= hash >> 32;
        }

        hash *= SetLayout.HashTwo;
        return (uint)(((hash >> 32) * lines) >> 32);
    }

    /// <summary>The first 64 bits of the first address: what the directory is found by.</summary>
    internal static ulong DirectoryKey(in SetElement element, Family family) =>
        family == Family.IPv4 ? (ulong)element.First << 32 : (ulong)(element.First >> 64);

    /// <summary>The directory's word for an address at a level.</summary>
    internal static int DirectoryIndex(ulong key, int bits, int shift) => (int)(((key >> (64 - bits)) * SetLayout.HashOne) >> shift);

    private static UInt128 PrefixMask(Family family, int prefix)
    {
        int width = family == Family.IPv4 ? 32 : 128;
        UInt128 all = UInt128.MaxValue >> (128 - width);
        return prefix == 0 ? 0 : (all << (width - prefix)) & all;
    }
}

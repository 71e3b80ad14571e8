using System.Globalization;
using MiniFirewall.Packets;

namespace MiniFirewall.Rules.Values;

/// <summary>Addresses and masks as text, in the C library's spelling (inet_ntop) and libxtables' (dotted and short IPv4).</summary>
public static class AddressNotation
{
    /// <summary>Characters of the longest address and mask, two IPv6 addresses of dotted ends.</summary>
    internal const int Longest = 96;

    public static string Print(Family family, UInt128 address) =>
        family == Family.IPv4 ? PrintV4((uint)address) : PrintV6(address);

    /// <summary>"ADDRESS/PREFIX", or "ADDRESS/MASK" where the mask's ones are not all at its beginning.</summary>
    public static string Print(Family family, UInt128 address, UInt128 mask)
    {
        Span<char> text = stackalloc char[Longest];
        return text[..Print(family, address, mask, text)].ToString();
    }

    /// <summary>As <see cref="Print(Family, UInt128, UInt128)"/>, into <paramref name="text"/>; returns the length, at most <see cref="Longest"/>.</summary>
    internal static int Print(Family family, UInt128 address, UInt128 mask, Span<char> text)
    {
        int bits = family == Family.IPv4 ? 32 : 128;
        int ones = Math.Min((int)UInt128.LeadingZeroCount(~(mask << (128 - bits))), bits);
        int length = PrintTo(family, address, text);
        text[length++] = '/';
        if (mask != PrefixMask(family, ones))
        {
            return length + PrintTo(family, mask, text[length..]);
        }

        ones.TryFormat(text[length..], out int digits);
        return length + digits;
    }

    public static UInt128 PrefixMask(Family family, int bits)
    {
        int width = family == Family.IPv4 ? 32 : 128;
        UInt128 all = UInt128.MaxValue >> (128 - width);
        return bits == 0 ? 0 : all << (width - bits) & all;
    }

    /// <summary>Reads a whole address of either family: four numbers, or RFC 4291 text.</summary>
    public static bool TryParse(string text, out Family family, out UInt128 address)
    {
        family = text.Contains(':', StringComparison.Ordinal) ? Family.IPv6 : Family.IPv4;
        return family == Family.IPv6 ? TryParseV6(text, out address) : TryParseV4(text, 4, out address);
    }

    /// <summary>Reads an IPv4 address of at least <paramref name="leastParts"/> numbers; what is not written is zero.</summary>
    internal static bool TryParseV4(ReadOnlySpan<char> text, int leastParts, out UInt128 address)
    {
        address = 0;
        uint value = 0;
        int parts = 0;
        while (true)
        {
            int dot = text.IndexOf('.');
            ReadOnlySpan<char> part = dot < 0 ? text : text[..dot];
            if (++parts > 4 || !NumberText.TryParse(part, out ulong number) || number > 255)
            {
                return false;
            }

            value |= (uint)number << (32 - (8 * parts));
            if (dot < 0)
            {
                address = value;
                return parts >= leastParts;
            }

            text = text[(dot + 1)..];
        }
    }

    internal static bool TryParseV6(ReadOnlySpan<char> text, out UInt128 address)
    {
        address = 0;
        int gap = text.IndexOf("::", StringComparison.Ordinal);
        if (gap < 0)
        {
            return TryParseGroups(text, out address, out int count) && count == 8;
        }

        ReadOnlySpan<char> left = text[..gap], right = text[(gap + 2)..];
        UInt128 high = 0, low = 0;
        int highCount = 0, lowCount = 0;
        bool read = (left.Length == 0 || (!left.Contains('.') && TryParseGroups(left, out high, out highCount)))
            && (right.Length == 0 || TryParseGroups(right, out low, out lowCount))
            && highCount + lowCount <= 7;
        address = read ? (highCount == 0 ? 0 : high << (16 * (8 - highCount))) | low : 0;
        return read;
    }

    /// <summary>Reads groups of hexadecimal digits between colons; the last may be a dotted IPv4 address, two groups wide.</summary>
    private static bool TryParseGroups(ReadOnlySpan<char> text, out UInt128 value, out int count)
    {
        value = 0;
        count = 0;
        while (count < 8)
        {
            int colon = text.IndexOf(':');
            ReadOnlySpan<char> group = colon < 0 ? text : text[..colon];
            if (colon < 0 && group.Contains('.'))
            {
                count += 2;
                bool dotted = TryParseStrictV4(group, out uint tail);
                value = (value << 32) | tail;
                return dotted && count <= 8;
            }

            if (group.Length is 0 or > 4
                || !ushort.TryParse(group, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out ushort number))
            {
                return false;
            }

            value = (value << 16) | number;
            count++;
            if (colon < 0)
            {
                return true;
            }

            text = text[(colon + 1)..];
        }

        return false;
    }

    private static bool TryParseStrictV4(ReadOnlySpan<char> text, out uint address)
    {
        address = 0;
        int parts = 0;
        foreach (Range range in text.Split('.'))
        {
            ReadOnlySpan<char> part = text[range];
            if (++parts > 4 || part.Length is 0 or > 3 || (part.Length > 1 && part[0] == '0')
                || !byte.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out byte number))
            {
                return false;
            }

            address = (address << 8) | number;
        }

        return parts == 4;
    }

    private static int PrintTo(Family family, UInt128 address, Span<char> text) =>
        family == Family.IPv4 ? PrintV4((uint)address, text) : PrintV6(address, text);

    private static string PrintV4(uint address)
    {
        Span<char> text = stackalloc char[15];
        return text[..PrintV4(address, text)].ToString();
    }

    private static int PrintV4(uint address, Span<char> text)
    {
        int length = 0;
        for (int shift = 24; shift >= 0; shift -= 8)
        {
            uint part = (address >> shift) & 255;
            if (part >= 100)
            {
                text[length++] = (char)('0' + (part / 100));
            }

            if (part >= 10)
            {
                text[length++] = (char)('0' + (part / 10 % 10));
            }

            text[length++] = (char)('0' + (part % 10));
            if (shift > 0)
            {
                text[length++] = '.';
            }
        }

        return length;
    }

    private static string PrintV6(UInt128 address)
    {
        Span<char> text = stackalloc char[Longest];
        return text[..PrintV6(address, text)].ToString();
    }

    private static int PrintV6(UInt128 address, Span<char> text)
    {
        Span<ushort> groups = stackalloc ushort[8];
        for (int i = 0; i < groups.Length; i++)
        {
            groups[i] = (ushort)(address >> (16 * (7 - i)));
        }

        (int gap, int gapLength) = LongestZeros(groups);
        bool dotted = gap == 0 && (gapLength == 6 || (gapLength == 5 && groups[5] == 0xffff));
        int end = dotted ? 6 : 8, length = 0;
        for (int i = 0; i < end; i++)
        {
            if (gapLength >= 2 && i == gap)
            {
                "::".CopyTo(text[length..]);
                length += 2;
                i = Math.Min(gap + gapLength, end) - 1;
                continue;
            }

            length += Separate(text, length);
            groups[i].TryFormat(text[length..], out int digits, "x", CultureInfo.InvariantCulture);
            length += digits;
        }

        if (!dotted)
        {
            return length;
        }

        length += Separate(text, length);
        return length + PrintV4((uint)address, text[length..]);
    }

    /// <summary>A colon behind what is there, unless there is one; returns how many characters that are.</summary>
    private static int Separate(Span<char> text, int length)
    {
        if (length == 0 || text[length - 1] == ':')
        {
            return 0;
        }

        text[length] = ':';
        return 1;
    }

    private static (int Start, int Length) LongestZeros(ReadOnlySpan<ushort> groups)
    {
        (int Start, int Length) best = (0, 0);
        int length = 0;
        for (int i = 0; i < groups.Length; i++)
        {
            length = groups[i] == 0 ? length + 1 : 0;
            best = length > best.Length ? (i - length + 1, length) : best;
        }

        return best;
    }
}

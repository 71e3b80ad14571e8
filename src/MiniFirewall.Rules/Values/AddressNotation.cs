using System.Globalization;
using MiniFirewall.Packets;

namespace MiniFirewall.Rules.Values;

/// <summary>Addresses and masks as text, in the C library's spelling (inet_ntop) and libxtables' (dotted and short IPv4).</summary>
public static class AddressNotation
{
    public static string Print(Family family, UInt128 address) =>
        family == Family.IPv4 ? PrintV4((uint)address) : PrintV6(address);

    /// <summary>"ADDRESS/PREFIX", or "ADDRESS/MASK" where the mask's ones are not all at its beginning.</summary>
    public static string Print(Family family, UInt128 address, UInt128 mask)
    {
        int bits = family == Family.IPv4 ? 32 : 128;
        int ones = (int)UInt128.LeadingZeroCount(~(mask << (128 - bits)));
        bool isPrefix = mask == PrefixMask(family, Math.Min(ones, bits));
        return $"{Print(family, address)}/{(isPrefix ? Math.Min(ones, bits).ToString() : Print(family, mask))}";
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
    internal static bool TryParseV4(string text, int leastParts, out UInt128 address)
    {
        address = 0;
        string[] parts = text.Split('.', 6);
        if (parts.Length < leastParts || parts.Length > 4)
        {
            return false;
        }

        for (int i = 0; i < 4; i++)
        {
            ulong part = 0;
            if (i < parts.Length && (!NumberText.TryParse(parts[i], out part) || part > 255))
            {
                return false;
            }

            address = (address << 8) | part;
        }

        return true;
    }

    internal static bool TryParseV6(string text, out UInt128 address)
    {
        address = 0;
        int gap = text.IndexOf("::", StringComparison.Ordinal);
        if (gap < 0)
        {
            return TryParseGroups(text, out address, out int count) && count == 8;
        }

        string left = text[..gap], right = text[(gap + 2)..];
        UInt128 high = 0, low = 0;
        int highCount = 0, lowCount = 0;
        bool read = (left.Length == 0 || (!left.Contains('.', StringComparison.Ordinal) && TryParseGroups(left, out high, out highCount)))
            && (right.Length == 0 || TryParseGroups(right, out low, out lowCount))
            && highCount + lowCount <= 7;
        address = read ? (highCount == 0 ? 0 : high << (16 * (8 - highCount))) | low : 0;
        return read;
    }

    /// <summary>Reads groups of hexadecimal digits between colons; the last may be a dotted IPv4 address, two groups wide.</summary>
    private static bool TryParseGroups(string text, out UInt128 value, out int count)
    {
        value = 0;
        count = 0;
        string[] groups = text.Split(':', 10);
        for (int i = 0; i < groups.Length; i++)
        {
            if (i == groups.Length - 1 && groups[i].Contains('.', StringComparison.Ordinal))
            {
                count += 2;
                bool dotted = TryParseStrictV4(groups[i], out uint tail);
                value = (value << 32) | tail;
                return dotted && count <= 8;
            }

            if (groups[i].Length is 0 or > 4
                || !ushort.TryParse(groups[i], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out ushort group))
            {
                return false;
            }

            value = (value << 16) | group;
            count++;
        }

        return count <= 8;
    }

    private static bool TryParseStrictV4(string text, out uint address)
    {
        address = 0;
        string[] parts = text.Split('.', 6);
        foreach (string part in parts)
        {
            if (!byte.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out byte number) || number.ToString() != part)
            {
                return false;
            }

            address = (address << 8) | number;
        }

        return parts.Length == 4;
    }

    private static string PrintV4(uint address) => $"{address >> 24}.{address >> 16 & 255}.{address >> 8 & 255}.{address & 255}";

    private static string PrintV6(UInt128 address)
    {
        var groups = new ushort[8];
        for (int i = 0; i < 8; i++)
        {
            groups[i] = (ushort)(address >> (16 * (7 - i)));
        }

        (int gap, int gapLength) = LongestZeros(groups);
        bool dotted = gap == 0 && (gapLength == 6 || (gapLength == 5 && groups[5] == 0xffff));
        string last = dotted ? PrintV4((uint)address) : "";
        IEnumerable<string> shown = groups.Take(dotted ? 6 : 8).Select(group => group.ToString("x")).Concat(dotted ? [last] : []);
        if (gapLength < 2)
        {
            return string.Join(':', shown);
        }

        int behind = Math.Min(gap + gapLength, dotted ? 6 : 8);
        return string.Join(':', shown.Take(gap)) + "::" + string.Join(':', shown.Skip(behind));
    }

    private static (int Start, int Length) LongestZeros(ushort[] groups)
    {
        (int Start, int Length) best = (0, 0);
        for (int start = 0; start < groups.Length; start++)
        {
            int length = groups.Skip(start).TakeWhile(group => group == 0).Count();
            best = length > best.Length ? (start, length) : best;
        }

        return best;
    }
}

using MiniFirewall.Packets;

namespace MiniFirewall.Testing.Packets;

/// <summary>Addresses at the borders of prefixes, masks and ranges.</summary>
internal static class AddressEdges
{
    /// <summary>A list, a range, an address, or one with a prefix length or mask. Names give nothing.</summary>
    internal static void Read(string text, Action<Family, UInt128> add)
    {
        foreach (string part in text.Split(','))
        {
            Family family = part.Contains(':') ? Family.IPv6 : Family.IPv4;
            string[] range = part.Split('-');
            if (range.Length == 2 && AddressText.TryParse(family, range[0], out UInt128 low) && AddressText.TryParse(family, range[1], out UInt128 high))
            {
                AddRange(family, low, high, add);
            }
            else
            {
                ReadMasked(family, part.Split('/'), add);
            }
        }
    }

    private static void ReadMasked(Family family, string[] parts, Action<Family, UInt128> add)
    {
        if (!AddressText.TryParse(family, parts[0], out UInt128 address))
        {
            return;
        }

        UInt128 all = All(family);
        UInt128 mask = parts.Length == 1 ? all : Mask(family, parts[1]);
        AddRange(family, address & mask, (address & mask) | (all & ~mask), add);

        // One bit that counts turned over leaves the set; one that does not count stays in it.
        add(family, address ^ Lowest(mask));
        add(family, address ^ Lowest(all & ~mask));
    }

    private static UInt128 Mask(Family family, string text)
    {
        int bits = family == Family.IPv4 ? 32 : 128;
        return int.TryParse(text, out int length)
            ? length == 0 ? 0 : All(family) & (UInt128.MaxValue << (bits - length))
            : AddressText.Parse(family, text);
    }

    private static void AddRange(Family family, UInt128 low, UInt128 high, Action<Family, UInt128> add)
    {
        UInt128 all = All(family);
        add(family, low);
        add(family, high);
        add(family, (low - 1) & all);
        add(family, (high + 1) & all);
        add(family, low + ((high - low) >> 1));
    }

    private static UInt128 All(Family family) => family == Family.IPv4 ? uint.MaxValue : UInt128.MaxValue;

    private static UInt128 Lowest(UInt128 bits) => bits == 0 ? 0 : UInt128.One << (int)UInt128.TrailingZeroCount(bits);
}

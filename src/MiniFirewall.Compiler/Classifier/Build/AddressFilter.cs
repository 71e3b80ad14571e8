using MiniFirewall.Compiler.Classifier.Image;

namespace MiniFirewall.Compiler.Classifier.Build;

/// <summary>
/// Which sixteen bits of an address choose its filter class: IPv4 the first sixteen; IPv6 those of the first 64 in which the
/// entries' prefixes differ most.
/// </summary>
internal sealed class AddressFilter
{
    private const int KeyBits = 16, SampledEntries = 2048;

    private readonly bool _isV6;

    internal AddressFilter(bool isV6, int shift)
    {
        _isV6 = isV6;
        Shift = shift;
    }

    /// <summary>How far the address's high 64 bits (IPv4: 32 bits) are shifted right.</summary>
    internal int Shift { get; }

    internal static AddressFilter For(EntryForm[] entries, bool isV6, bool ofSource)
    {
        if (!isV6)
        {
            return new(false, KeyBits);
        }

        int step = Math.Max(1, entries.Length / SampledEntries);
        (int Score, int Shift) best = (-1, 48);
        for (int shift = 48; shift >= 0; shift -= 4)
        {
            var keys = new HashSet<int>();
            for (int i = 0; i < entries.Length; i += step)
            {
                int length = ofSource ? entries[i].SourceLength : entries[i].DestinationLength;
                if (length >= 64 - shift)
                {
                    keys.Add((int)((ulong)((ofSource ? entries[i].Source : entries[i].Destination) >> 64) >> shift) & 0xffff);
                }
            }

            best = keys.Count > best.Score ? (keys.Count, shift) : best;
        }

        return new(true, best.Shift);
    }

    /// <summary>The keys that addresses of the prefix may have, inclusive.</summary>
    internal (int From, int To) KeysOf(UInt128 bits, int length)
    {
        ulong word = _isV6 ? (ulong)(bits >> 64) : (ulong)bits;
        int firstBit = _isV6 ? 64 - Shift - KeyBits : 0;
        int key = (int)(word >> Shift) & (ImageFormat.FilterKeys - 1);
        if (length >= firstBit + KeyBits)
        {
            return (key, key);
        }

        // A prefix that ends before the key's first bit leaves all of them open.
        int free = Math.Min(KeyBits, firstBit + KeyBits - length);
        int from = key & ~((1 << free) - 1);
        return (from, from + (1 << free) - 1);
    }
}

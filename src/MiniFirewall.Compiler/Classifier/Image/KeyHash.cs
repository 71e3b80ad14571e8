namespace MiniFirewall.Compiler.Classifier.Image;

/// <summary>
/// The hash of a tuple's masked key: 64-bit multiply and shift. The place is the upper half scaled to the table, the tag
/// bits 4 to 35, made odd. The emitter writes the same arithmetic in BPF.
/// </summary>
public static class KeyHash
{
    public const ulong C1 = 0x9E3779B97F4A7C15, C2 = 0xC2B2AE3D27D4EB4F, C3 = 0xD6E8FEB86659FD93, C4 = 0xA0761D6478BD642F;

    /// <summary>The multiplier that makes a chain's salt of its number, plus one.</summary>
    public const ulong ChainFactor = 0xE7037ED1A0B428DB;

    /// <summary>IPv4: the pair is source &lt;&lt; 32 | destination, masked; ports as in a tuple's PortMask.</summary>
    public static ulong V4(ulong pair, ulong ports, ulong salt, ulong chainSalt)
    {
        ulong h = unchecked((pair ^ salt) * C1);
        h ^= h >> 32;
        return unchecked((h + (ports * C2) + chainSalt) * C3);
    }

    public static ulong V6(ulong sourceHigh, ulong sourceLow, ulong destinationHigh, ulong destinationLow, ulong ports, ulong salt, ulong chainSalt)
    {
        ulong h = unchecked((sourceHigh ^ salt) * C1);
        h ^= h >> 32;
        h = unchecked((h + sourceLow) * C4);
        h ^= h >> 32;
        h = unchecked((h ^ destinationHigh) * C1);
        h ^= h >> 32;
        h = unchecked((h + destinationLow) * C4);
        h ^= h >> 32;
        return unchecked((h + (ports * C2) + chainSalt) * C3);
    }

    public static uint Tag(ulong hash) => (uint)(hash >> 4) | 1;

    /// <summary>0 to <paramref name="range"/> - 1.</summary>
    public static uint Place(ulong hash, uint range) => (uint)(((hash >> 32) * range) >> 32);
}

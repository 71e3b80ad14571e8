using MiniFirewall.Compiler.Classifier.Image;

namespace MiniFirewall.Verification.Decoding;

/// <summary>The hash of a masked key, written from its description, not shared with the builder; only the constants are.</summary>
internal static class Hashing
{
    /// <summary>The masked low corner of a box: where a tuple's masks lie within the box's fixed bits, the key of all its packets.</summary>
    internal static ulong Of(in Corner at, in ImageTuple tuple, ulong chainSalt, bool isV6)
    {
        ulong sourceLow = at[(int)Dimension.SourceLow] & tuple.SourceLow, destinationLow = at[(int)Dimension.DestinationLow] & tuple.DestinationLow;
        ulong ports = (at[(int)Dimension.SourcePort] | (at[(int)Dimension.DestinationPort] << 16) | (at[(int)Dimension.Protocol] << 32)) & tuple.Ports;
        if (!isV6)
        {
            ulong mixed = Fold(((sourceLow << 32) | destinationLow) ^ tuple.Salt, KeyHash.C1);
            return Finish(mixed, ports, chainSalt);
        }

        ulong h = Fold((at[(int)Dimension.SourceHigh] & tuple.SourceHigh) ^ tuple.Salt, KeyHash.C1);
        h = Fold(unchecked(h + sourceLow), KeyHash.C4);
        h = Fold(h ^ (at[(int)Dimension.DestinationHigh] & tuple.DestinationHigh), KeyHash.C1);
        h = Fold(unchecked(h + destinationLow), KeyHash.C4);
        return Finish(h, ports, chainSalt);
    }

    /// <summary>Bits 4 to 35, made odd.</summary>
    internal static uint Tag(ulong hash) => (uint)(hash >> 4) | 1u;

    /// <summary>The upper half as a fraction of the range.</summary>
    internal static int Place(ulong hash, int range) => (int)(((hash >> 32) * (ulong)range) >> 32);

    private static ulong Fold(ulong value, ulong factor)
    {
        ulong product = unchecked(value * factor);
        return product ^ (product >> 32);
    }

    private static ulong Finish(ulong h, ulong ports, ulong chainSalt) => unchecked((h + (ports * KeyHash.C2) + chainSalt) * KeyHash.C3);
}

namespace MiniFirewall.Verification.Decoding;

/// <summary>What a statement may ask of a field that entries hold: an address is two dimensions.</summary>
internal enum Part
{
    Source,
    Destination,
    SourcePort,
    DestinationPort,
    Protocol,
}

/// <summary>What is known of each part.</summary>
internal static class Parts
{
    internal const int Count = 5;

    internal static int FirstDimension(Part part) => part <= Part.Destination ? (int)part * 2 : (int)part + 2;

    internal static int LastDimension(Part part) => part <= Part.Destination ? ((int)part * 2) + 1 : (int)part + 2;

    internal static bool IsAddress(Part part) => part <= Part.Destination;

    internal static bool IsWhole(in Box box, Part part, bool isV6)
    {
        for (int d = FirstDimension(part); d <= LastDimension(part); d++)
        {
            if (!box.IsWhole(d, isV6))
            {
                return false;
            }
        }

        return true;
    }

    internal static bool SameIn(in Box box, in Box other, Part part)
    {
        for (int d = FirstDimension(part); d <= LastDimension(part); d++)
        {
            if (!box.SameAs(other, d))
            {
                return false;
            }
        }

        return true;
    }
}

/// <summary>A set of parts.</summary>
internal readonly record struct PartSet(byte Bits)
{
    internal static PartSet None => default;

    internal bool Has(Part part) => ((Bits >> (int)part) & 1) != 0;

    internal PartSet With(Part part) => new((byte)(Bits | (1 << (int)part)));

    internal bool Contains(PartSet other) => (other.Bits & ~Bits) == 0;
}

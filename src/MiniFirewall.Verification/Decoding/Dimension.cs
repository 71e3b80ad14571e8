using MiniFirewall.Compiler;

namespace MiniFirewall.Verification.Decoding;

/// <summary>
/// What an entry can hold, as numbers that lie in intervals. IPv4 addresses stand in the low words; their high words are 0.
/// </summary>
internal enum Dimension
{
    SourceHigh,
    SourceLow,
    DestinationHigh,
    DestinationLow,
    SourcePort,
    DestinationPort,
    Protocol,
}

/// <summary>What is known of each dimension.</summary>
internal static class Dimensions
{
    internal const int Count = 7;

    /// <summary>All dimensions before this one are address words.</summary>
    internal const int FirstOfPorts = (int)Dimension.SourcePort;

    private static ReadOnlySpan<int> KeyOffsets =>
    [
        PacketKey.SourceHigh, PacketKey.SourceLow, PacketKey.DestinationHigh, PacketKey.DestinationLow,
        PacketKey.SourcePort, PacketKey.DestinationPort, PacketKey.Protocol,
    ];

    /// <summary>Where the number stands in the packet key, bytes.</summary>
    internal static int KeyOffset(int dimension) => KeyOffsets[dimension];

    /// <summary>How many bits of the packet key are the number; 0 where the family has none.</summary>
    internal static int Bits(int dimension, bool isV6) => (Dimension)dimension switch
    {
        Dimension.SourceHigh or Dimension.DestinationHigh => isV6 ? 64 : 0,
        Dimension.SourceLow or Dimension.DestinationLow => isV6 ? 64 : 32,
        Dimension.SourcePort or Dimension.DestinationPort => 16,
        _ => 8,
    };

    /// <summary>The largest number.</summary>
    internal static ulong Full(int dimension, bool isV6) => Bits(dimension, isV6) switch
    {
        0 => 0,
        64 => ulong.MaxValue,
        int bits => (1UL << bits) - 1,
    };
}

using System.Collections.Immutable;

namespace MiniFirewall.Packets.Building;

/// <summary>What an IP packet carries: makes its bytes, checksum included. Immutable; vary it by `with`.</summary>
public abstract record Transport
{
    /// <summary>The protocol number of the network header (or of the last extension header).</summary>
    public abstract byte Protocol { get; }

    public ImmutableArray<byte> Payload { get; init; } = [];

    public abstract byte[] ToBytes(PseudoHeader pseudo);

    /// <summary>Zeroed bytes of a header followed by the payload.</summary>
    private protected byte[] WithHeader(int headerLength)
    {
        byte[] bytes = new byte[headerLength + Payload.Length];
        Payload.CopyTo(bytes, headerLength);
        return bytes;
    }

    /// <summary>Bytes followed by zeros up to a multiple of <paramref name="unit"/>.</summary>
    internal static byte[] Padded(ImmutableArray<byte> bytes, int unit)
    {
        byte[] padded = new byte[(bytes.Length + unit - 1) / unit * unit];
        bytes.CopyTo(padded);
        return padded;
    }
}

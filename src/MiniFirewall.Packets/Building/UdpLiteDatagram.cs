using System.Buffers.Binary;

namespace MiniFirewall.Packets.Building;

/// <summary>A UDP-Lite datagram (RFC 3828).</summary>
public sealed record UdpLiteDatagram(ushort SourcePort, ushort DestinationPort) : Transport
{
    public override byte Protocol => IpProtocol.UdpLite;

    /// <summary>How many bytes the checksum covers; 0 for all, else 8 to the datagram's length.</summary>
    public ushort Coverage { get; init; }

    public override byte[] ToBytes(PseudoHeader pseudo)
    {
        byte[] bytes = WithHeader(8);
        Span<byte> header = bytes;
        BinaryPrimitives.WriteUInt16BigEndian(header, SourcePort);
        BinaryPrimitives.WriteUInt16BigEndian(header[2..], DestinationPort);
        BinaryPrimitives.WriteUInt16BigEndian(header[4..], Coverage);
        int covered = Coverage == 0 ? bytes.Length : Coverage;
        ushort sum = pseudo.Checksum(Protocol, header[..covered], bytes.Length);
        BinaryPrimitives.WriteUInt16BigEndian(header[6..], sum == 0 ? (ushort)0xffff : sum);
        return bytes;
    }
}

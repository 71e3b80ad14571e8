using System.Buffers.Binary;

namespace MiniFirewall.Packets.Building;

/// <summary>A UDP datagram (RFC 768).</summary>
public sealed record UdpDatagram(ushort SourcePort, ushort DestinationPort) : Transport
{
    public override byte Protocol => IpProtocol.Udp;

    /// <summary>The length field where it shall lie; null tells the truth.</summary>
    public ushort? Length { get; init; }

    public override byte[] ToBytes(PseudoHeader pseudo)
    {
        byte[] bytes = WithHeader(8);
        Span<byte> header = bytes;
        BinaryPrimitives.WriteUInt16BigEndian(header, SourcePort);
        BinaryPrimitives.WriteUInt16BigEndian(header[2..], DestinationPort);
        BinaryPrimitives.WriteUInt16BigEndian(header[4..], Length ?? (ushort)bytes.Length);
        ushort sum = pseudo.Checksum(Protocol, bytes);

        // A sum of zero is sent as all ones: zero says that there is none.
        BinaryPrimitives.WriteUInt16BigEndian(header[6..], sum == 0 ? (ushort)0xffff : sum);
        return bytes;
    }
}

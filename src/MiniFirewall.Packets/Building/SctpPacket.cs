using System.Buffers.Binary;

namespace MiniFirewall.Packets.Building;

/// <summary>An SCTP packet: the common header (RFC 9260 section 3.1); the payload holds the chunks.</summary>
public sealed record SctpPacket(ushort SourcePort, ushort DestinationPort) : Transport
{
    public override byte Protocol => IpProtocol.Sctp;

    public uint VerificationTag { get; init; }

    public override byte[] ToBytes(PseudoHeader pseudo)
    {
        byte[] bytes = WithHeader(12);
        Span<byte> header = bytes;
        BinaryPrimitives.WriteUInt16BigEndian(header, SourcePort);
        BinaryPrimitives.WriteUInt16BigEndian(header[2..], DestinationPort);
        BinaryPrimitives.WriteUInt32BigEndian(header[4..], VerificationTag);

        // RFC 9260 appendix A: the CRC goes out with its least significant byte first.
        BinaryPrimitives.WriteUInt32LittleEndian(header[8..], Crc32c.Of(bytes));
        return bytes;
    }
}

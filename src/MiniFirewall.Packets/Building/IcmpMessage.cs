using System.Buffers.Binary;

namespace MiniFirewall.Packets.Building;

/// <summary>An ICMP message (RFC 792).</summary>
public sealed record IcmpMessage(byte Type, byte Code) : Transport
{
    public override byte Protocol => IpProtocol.Icmp;

    /// <summary>The four bytes after the checksum; identifier and sequence number in an echo.</summary>
    public uint Rest { get; init; }

    public override byte[] ToBytes(PseudoHeader pseudo)
    {
        byte[] bytes = WithHeader(8);
        bytes[0] = Type;
        bytes[1] = Code;
        BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(4), Rest);
        BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(2), InternetChecksum.Of(bytes));
        return bytes;
    }
}

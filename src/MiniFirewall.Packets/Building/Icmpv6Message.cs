using System.Buffers.Binary;

namespace MiniFirewall.Packets.Building;

/// <summary>An ICMPv6 message (RFC 4443).</summary>
public sealed record Icmpv6Message(byte Type, byte Code) : Transport
{
    public override byte Protocol => IpProtocol.Icmpv6;

    /// <summary>The four bytes after the checksum; identifier and sequence number in an echo.</summary>
    public uint Rest { get; init; }

    public override byte[] ToBytes(PseudoHeader pseudo)
    {
        byte[] bytes = WithHeader(8);
        bytes[0] = Type;
        bytes[1] = Code;
        BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(4), Rest);
        BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(2), pseudo.Checksum(Protocol, bytes));
        return bytes;
    }
}

using System.Buffers.Binary;

namespace MiniFirewall.Packets.Building;

/// <summary>An encapsulated security payload (RFC 4303); the payload stands for what is enciphered.</summary>
public sealed record EspPacket(uint SecurityParameters, uint Sequence) : Transport
{
    public override byte Protocol => IpProtocol.Esp;

    public override byte[] ToBytes(PseudoHeader pseudo)
    {
        byte[] bytes = WithHeader(8);
        BinaryPrimitives.WriteUInt32BigEndian(bytes, SecurityParameters);
        BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(4), Sequence);
        return bytes;
    }
}

using System.Buffers.Binary;

namespace MiniFirewall.Packets.Building;

/// <summary>The packet types of DCCP (RFC 4340 section 5.1).</summary>
public enum DccpType : byte
{
    Request = 0,
    Response = 1,
    Data = 2,
    Ack = 3,
    DataAck = 4,
    CloseRequest = 5,
    Close = 6,
    Reset = 7,
    Sync = 8,
    SyncAck = 9,
}

/// <summary>A DCCP packet with a 48-bit sequence number and no options (RFC 4340 section 5).</summary>
public sealed record DccpPacket(ushort SourcePort, ushort DestinationPort) : Transport
{
    private const int GenericHeader = 16;

    public override byte Protocol => IpProtocol.Dccp;

    public DccpType Type { get; init; } = DccpType.Request;

    /// <summary>48 bits.</summary>
    public ulong Sequence { get; init; }

    public override byte[] ToBytes(PseudoHeader pseudo)
    {
        int headerLength = GenericHeader + LengthAfterGeneric(Type);
        byte[] bytes = WithHeader(headerLength);
        Span<byte> header = bytes;
        BinaryPrimitives.WriteUInt64BigEndian(header[8..], Sequence & 0xffff_ffff_ffff);
        BinaryPrimitives.WriteUInt16BigEndian(header, SourcePort);
        BinaryPrimitives.WriteUInt16BigEndian(header[2..], DestinationPort);
        header[4] = (byte)(headerLength / 4);
        header[8] = (byte)(((byte)Type << 1) | 1);
        BinaryPrimitives.WriteUInt16BigEndian(header[6..], pseudo.Checksum(Protocol, bytes));
        return bytes;
    }

    /// <summary>Service code 4, acknowledgement 8, reset code and data 4 bytes.</summary>
    private static int LengthAfterGeneric(DccpType type) => type switch
    {
        DccpType.Request => 4,
        DccpType.Data => 0,
        DccpType.Response or DccpType.Reset => 12,
        _ => 8,
    };
}

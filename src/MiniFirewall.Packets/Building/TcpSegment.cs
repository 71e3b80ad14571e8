using System.Buffers.Binary;
using System.Collections.Immutable;

namespace MiniFirewall.Packets.Building;

/// <summary>A TCP segment (RFC 9293 section 3.1).</summary>
public sealed record TcpSegment(ushort SourcePort, ushort DestinationPort) : Transport
{
    public override byte Protocol => IpProtocol.Tcp;

    public TcpFlags Flags { get; init; } = TcpFlags.Syn;

    public uint Sequence { get; init; }

    public uint Acknowledgement { get; init; }

    public ushort Window { get; init; } = 65535;

    public ushort UrgentPointer { get; init; }

    /// <summary>Option bytes; zeros (end of options) fill them up to a multiple of 4.</summary>
    public ImmutableArray<byte> Options { get; init; } = [];

    /// <summary>The data offset field, 32-bit words, where it shall lie; null tells the truth.</summary>
    public byte? DataOffset { get; init; }

    public override byte[] ToBytes(PseudoHeader pseudo)
    {
        byte[] options = Padded(Options, 4);
        byte[] bytes = WithHeader(20 + options.Length);
        Span<byte> header = bytes;
        BinaryPrimitives.WriteUInt16BigEndian(header, SourcePort);
        BinaryPrimitives.WriteUInt16BigEndian(header[2..], DestinationPort);
        BinaryPrimitives.WriteUInt32BigEndian(header[4..], Sequence);
        BinaryPrimitives.WriteUInt32BigEndian(header[8..], Acknowledgement);
        header[12] = (byte)((DataOffset ?? (5 + options.Length / 4)) << 4);
        header[13] = (byte)Flags;
        BinaryPrimitives.WriteUInt16BigEndian(header[14..], Window);
        BinaryPrimitives.WriteUInt16BigEndian(header[18..], UrgentPointer);
        options.CopyTo(header[20..]);
        BinaryPrimitives.WriteUInt16BigEndian(header[16..], pseudo.Checksum(Protocol, bytes));
        return bytes;
    }
}

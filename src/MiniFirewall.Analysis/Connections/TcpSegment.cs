using System.Buffers.Binary;
using MiniFirewall.Packets;

namespace MiniFirewall.Analysis.Connections;

/// <summary>What a TCP segment is by its flags.</summary>
internal enum SegmentKind
{
    Syn,
    SynAck,
    Fin,
    Ack,
    Reset,

    /// <summary>None of these.</summary>
    Nothing,
}

/// <summary>A TCP segment as its connection's tracking reads it (net/netfilter/nf_conntrack_proto_tcp.c). Sequence numbers are modulo 2^32.</summary>
internal readonly record struct TcpSegment(uint Sequence, uint Acknowledgement, ushort Window, TcpFlags Flags, int HeaderSize, int Length)
{
    internal const int LeastHeaderSize = 20, FlagsAt = 13;

    /// <summary>Flags that say nothing of the connection.</summary>
    private const TcpFlags Ignored = TcpFlags.Psh | TcpFlags.Ece | TcpFlags.Cwr;

    /// <summary>Null where the header is cut or lies about its length, or no sender sets such flags together (tcp_error).</summary>
    internal static TcpSegment? Read(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < LeastHeaderSize)
        {
            return null;
        }

        int headerSize = bytes[12] >> 4 << 2;
        var flags = (TcpFlags)bytes[FlagsAt];
        return headerSize < LeastHeaderSize || headerSize > bytes.Length || !AreValid(flags & ~Ignored)
            ? null
            : new(U32(bytes, 4), U32(bytes, 8), BinaryPrimitives.ReadUInt16BigEndian(bytes[14..]), flags, headerSize, bytes.Length);
    }

    internal bool Has(TcpFlags flag) => Flags.HasFlag(flag);

    internal SegmentKind Kind => Has(TcpFlags.Rst) ? SegmentKind.Reset
        : Has(TcpFlags.Syn) ? Has(TcpFlags.Ack) ? SegmentKind.SynAck : SegmentKind.Syn
        : Has(TcpFlags.Fin) ? SegmentKind.Fin
        : Has(TcpFlags.Ack) ? SegmentKind.Ack
        : SegmentKind.Nothing;

    /// <summary>The number behind its last one; a SYN and a FIN take one each.</summary>
    internal uint End => Sequence + (uint)(Length - HeaderSize) + (Has(TcpFlags.Syn) ? 1u : 0) + (Has(TcpFlags.Fin) ? 1u : 0);

    private static bool AreValid(TcpFlags flags) => flags is TcpFlags.Syn or (TcpFlags.Syn | TcpFlags.Urg) or (TcpFlags.Syn | TcpFlags.Ack)
        or TcpFlags.Rst or (TcpFlags.Rst | TcpFlags.Ack)
        or (TcpFlags.Fin | TcpFlags.Ack) or (TcpFlags.Fin | TcpFlags.Ack | TcpFlags.Urg)
        or TcpFlags.Ack or (TcpFlags.Ack | TcpFlags.Urg);

    private static uint U32(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt32BigEndian(bytes[at..]);
}

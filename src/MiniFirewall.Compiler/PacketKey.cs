using MiniFirewall.Asm;
using MiniFirewall.Packets;
using MiniFirewall.Policy;

namespace MiniFirewall.Compiler;

/// <summary>
/// The packet key: what the prologue reads of a packet once, in host order, on the main function's stack; every block
/// gets a pointer to it. Offsets are bytes.
/// </summary>
internal static class PacketKey
{
    internal const int Size = 136;

    internal const int SourceHigh = 0, SourceLow = 8;
    internal const int DestinationHigh = 16, DestinationLow = 24;
    internal const int InInterfaceHigh = 32, InInterfaceLow = 40;
    internal const int OutInterfaceHigh = 48, OutInterfaceLow = 56;
    internal const int PacketLength = 64;
    internal const int Mark = 68;
    internal const int SourcePort = 72, DestinationPort = 74;
    internal const int TcpFlags = 76, TcpDataOffset = 77;
    internal const int ConnectionState = 78, ConnectionDirection = 79;
    internal const int FragmentOffset = 80, TransportLength = 82;
    internal const int Protocol = 84, ChainBroken = 85, HopLimit = 86, TcpOptionsCut = 87;
    internal const int Length = 88, TransportOffset = 92;

    /// <summary>
    /// Written where connections are tracked: 1 plus the place of the connection's entry in their table, 0 where it has none; and, for a
    /// packet that begins one, what rules have given it so far: its mark, and 16 bytes of labels.
    /// </summary>
    internal const int ConnectionPlace = 96, ConnectionMark = 100, ConnectionLabels = 104;

    /// <summary>The marks of the live host names that the addresses belong to, eight bytes each.</summary>
    internal const int SourceNames = 120, DestinationNames = 128;

    /// <summary>The highest byte of the transport header's offset: always zero.</summary>
    internal const int SpareByte = 95;

    /// <summary>Where a field stands, and how wide it is.</summary>
    internal static KeySlot SlotOf(Field field, Family family) => field switch
    {
        Field.Source => Address(family, SourceHigh, SourceLow),
        Field.Destination => Address(family, DestinationHigh, DestinationLow),
        Field.InInterface => new(InInterfaceLow, 128),
        Field.OutInterface => new(OutInterfaceLow, 128),
        Field.ChainBroken => new(ChainBroken, 8),
        Field.Protocol => new(Protocol, 8),
        Field.FragmentOffset => new(FragmentOffset, 16),
        Field.TransportLength => new(TransportLength, 16),
        Field.SourcePort => new(SourcePort, 16),
        Field.DestinationPort => new(DestinationPort, 16),
        Field.TcpDataOffset => new(TcpDataOffset, 8),
        Field.TcpOptionsCut => new(TcpOptionsCut, 8),
        Field.TcpFlags => new(TcpFlags, 8),
        // The halves of the first port, which is in host order.
        Field.IcmpType => new(SourcePort + 1, 8),
        Field.IcmpCode => new(SourcePort, 8),
        Field.Length => new(family == Family.IPv4 ? Length : PacketLength, 32),
        Field.HopLimit => new(HopLimit, 8),
        Field.Mark => new(Mark, 32),
        Field.ConnectionState => new(ConnectionState, 8),
        Field.ConnectionDirection => new(ConnectionDirection, 8),
        Field.SourceNames => new(SourceNames, 64),
        Field.DestinationNames => new(DestinationNames, 64),
        _ => throw new ArgumentOutOfRangeException(nameof(field), field, "unknown field"),
    };

    private static KeySlot Address(Family family, int high, int low) => family == Family.IPv4 ? new(low, 32) : new(low, 128, high);
}

/// <summary>A field's place in the key. For 128 bits, Offset is the low half's and HighOffset the high half's (by default the eight bytes before it).</summary>
internal readonly record struct KeySlot(int Offset, int Bits, int HighOffset)
{
    internal KeySlot(int offset, int bits)
        : this(offset, bits, offset - 8)
    {
    }

    internal MemorySize LoadSize => Bits switch
    {
        8 => MemorySize.Byte,
        16 => MemorySize.Half,
        32 => MemorySize.Word,
        _ => MemorySize.DoubleWord,
    };

    /// <summary>All ones over the field's width.</summary>
    internal UInt128 FullMask => Bits == 128 ? UInt128.MaxValue : (UInt128.One << Bits) - 1;
}

using System.Buffers.Binary;
using MiniFirewall.Compiler.Connections;
using MiniFirewall.Packets;

namespace MiniFirewall.Engine.Connections;

/// <summary>
/// One connection as it was at one moment, its ends in the direction of its first packet. Addresses and ports in host order, times in
/// the kernel's ticks (jiffies).
/// </summary>
public readonly struct Connection
{
    private readonly uint _flags;

    private Connection(ReadOnlySpan<byte> entry)
    {
        _flags = BinaryPrimitives.ReadUInt32LittleEndian(entry[ConnectionEntry.Flags..]);
        Family = (Family)entry[ConnectionEntry.Of(ConnectionTuple.Family)];
        Protocol = entry[ConnectionEntry.Of(ConnectionTuple.Protocol)];
        bool isSwapped = (_flags & ConnectionEntry.BeganSwapped) != 0;
        (Source, SourcePort) = isSwapped ? SecondEnd(entry) : FirstEnd(entry);
        (Destination, DestinationPort) = isSwapped ? FirstEnd(entry) : SecondEnd(entry);
        Expires = Long(entry, ConnectionEntry.Expires);
        Begins = Long(entry, ConnectionEntry.Begins);
        State = entry[ConnectionEntry.State];
        Mark = BinaryPrimitives.ReadUInt32LittleEndian(entry[ConnectionEntry.Mark..]);
        Original = TrafficAt(entry, 0);
        Reply = TrafficAt(entry, 1);
        Labels = BinaryPrimitives.ReadUInt128LittleEndian(entry[ConnectionEntry.Labels..]);
    }

    public Family Family { get; }

    /// <summary>The number of the transport protocol.</summary>
    public byte Protocol { get; }

    /// <summary>Address of who sent the first packet; an IPv4 address stands in the low 32 bits.</summary>
    public UInt128 Source { get; }

    public UInt128 Destination { get; }

    /// <summary>0 for protocols without ports; the identifier of an ICMP query.</summary>
    public ushort SourcePort { get; }

    /// <summary>0 for protocols without ports; type times 256 plus code of an ICMP query.</summary>
    public ushort DestinationPort { get; }

    /// <summary>The tick at which it ends.</summary>
    public ulong Expires { get; }

    /// <summary>The tick at which it began.</summary>
    public ulong Begins { get; }

    /// <summary>Number of a state of TCP or SCTP (<see cref="ConnectionStateNames"/>); 0 for other protocols.</summary>
    public byte State { get; }

    public uint Mark { get; }

    /// <summary>128 bits that rules set (xt_connlabel).</summary>
    public UInt128 Labels { get; }

    /// <summary>What the side that began has sent.</summary>
    public Traffic Original { get; }

    /// <summary>What the other side has sent.</summary>
    public Traffic Reply { get; }

    /// <summary>A packet has gone the other way.</summary>
    public bool IsReplied => (_flags & ConnectionEntry.SeenReply) != 0;

    /// <summary>It is not given up for want of room before others.</summary>
    public bool IsAssured => (_flags & ConnectionEntry.Assured) != 0;

    /// <summary>Told apart by ports.</summary>
    public bool HasPorts => Protocol is IpProtocol.Tcp or IpProtocol.Udp or IpProtocol.UdpLite or IpProtocol.Sctp;

    /// <summary>Told apart by type, code and identifier.</summary>
    public bool IsQuery => Protocol == (Family == Family.IPv4 ? IpProtocol.Icmp : IpProtocol.Icmpv6);

    /// <summary>Name of a state of TCP or SCTP; null for other protocols.</summary>
    public string? StateName => ConnectionStateNames.Of(Protocol, State);

    /// <summary>What <see cref="ConnectionEntry"/> describes.</summary>
    internal static Connection Read(ReadOnlySpan<byte> entry) => new(entry);

    internal bool IsLive(ulong now) => (long)(Expires - now) > 0 && Expires != 0;

    /// <summary>The same connection, whatever has become of it since.</summary>
    internal bool IsSameAs(in Connection other) => Begins == other.Begins && Protocol == other.Protocol && Family == other.Family
        && SourcePort == other.SourcePort && DestinationPort == other.DestinationPort && Source == other.Source && Destination == other.Destination;

    private static (UInt128 Address, ushort Port) FirstEnd(ReadOnlySpan<byte> entry) => (
        new UInt128(Long(entry, ConnectionEntry.Of(ConnectionTuple.FirstHigh)), Long(entry, ConnectionEntry.Of(ConnectionTuple.FirstLow))),
        BinaryPrimitives.ReadUInt16LittleEndian(entry[ConnectionEntry.Of(ConnectionTuple.FirstPort)..]));

    private static (UInt128 Address, ushort Port) SecondEnd(ReadOnlySpan<byte> entry) => (
        new UInt128(Long(entry, ConnectionEntry.Of(ConnectionTuple.SecondHigh)), Long(entry, ConnectionEntry.Of(ConnectionTuple.SecondLow))),
        BinaryPrimitives.ReadUInt16LittleEndian(entry[ConnectionEntry.Of(ConnectionTuple.SecondPort)..]));

    private static Traffic TrafficAt(ReadOnlySpan<byte> entry, int direction)
    {
        int half = direction * ConnectionEntry.PacketsSize;
        ulong high = BinaryPrimitives.ReadUInt32LittleEndian(entry[(ConnectionEntry.PacketsHigh + half)..]);
        uint low = BinaryPrimitives.ReadUInt32LittleEndian(entry[(ConnectionEntry.Packets + half)..]);
        return new((high << 32) | low, Long(entry, ConnectionEntry.Bytes + (direction * ConnectionEntry.BytesSize)));
    }

    private static ulong Long(ReadOnlySpan<byte> entry, int at) => BinaryPrimitives.ReadUInt64LittleEndian(entry[at..]);
}

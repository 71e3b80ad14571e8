using System.Buffers.Binary;
using System.Collections.Immutable;

namespace MiniFirewall.Packets;

/// <summary>
/// One packet as a hook sees it: the bytes from the network header on, and what the kernel knows beside them.
/// Parsing has the meaning of the kernel's own (net/ipv4/netfilter/ip_tables.c, net/ipv6/exthdrs_core.c ipv6_find_hdr).
/// </summary>
public sealed class Packet
{
    private readonly byte[] _bytes;
    private readonly AddressTypes? _sourceTypes, _destinationTypes;
    private ConnectionState _connectionState = ConnectionState.New;
    private ConnectionDirection _connectionDirection = ConnectionDirection.Original;
    private PacketConnection? _connection;
    private KernelClock _clock = new(0, KernelClock.UsualHertz);
    private uint _mark;

    public Packet(Family family, Hook hook, ReadOnlySpan<byte> bytes)
    {
        Family = family;
        Hook = hook;
        _bytes = bytes.ToArray();
        Transport = HeaderIsWhole ? TransportLocator.Locate(family, _bytes) : TransportLocation.Broken;
    }

    public Family Family { get; }

    public Hook Hook { get; }

    /// <summary>Name of the interface the packet came in by; empty where there is none (LOCAL_OUT).</summary>
    public string InInterface { get; init; } = "";

    /// <summary>Name of the interface the packet leaves by; empty where there is none (LOCAL_IN).</summary>
    public string OutInterface { get; init; } = "";

    /// <summary>The kernel's packet mark (skb->mark), host order.</summary>
    public uint Mark
    {
        get => _mark;
        init => _mark = value;
    }

    /// <summary>What the packet is to its connection; it begins one, where not said.</summary>
    public ConnectionState ConnectionState
    {
        get => _connectionState;
        init => _connectionState = value;
    }

    /// <summary>Which way it goes in its connection.</summary>
    public ConnectionDirection ConnectionDirection
    {
        get => _connectionDirection;
        init => _connectionDirection = value;
    }

    /// <summary>Its connection, null where it has none; an untranslated one where not said.</summary>
    public PacketConnection? Connection
    {
        get => ConnectionDirection == ConnectionDirection.None ? null : _connection ?? PacketConnection.UsualOf(this);
        init => _connection = value;
    }

    /// <summary>When the packet is judged: seconds from 1970 on, UTC. Now, where not said.</summary>
    public long Time { get; init; } = DateTimeOffset.UtcNow.ToUnixTimeSeconds();

    /// <summary>How far the kernel's time zone (sys_tz) is west of UTC, in minutes.</summary>
    public int MinutesWest { get; init; }

    /// <summary>The kernel's ticks when the packet is judged.</summary>
    public KernelClock Clock
    {
        get => _clock;
        init => _clock = value;
    }

    /// <summary>The random number that rules which leave something to chance draw for this packet.</summary>
    public uint Chance { get; init; } = unchecked((uint)Random.Shared.NextInt64());

    /// <summary>Whom the frame was for (skb->pkt_type).</summary>
    public LinkType LinkType { get; init; }

    /// <summary>The Ethernet header the packet came in with; null where it has none.</summary>
    public LinkHeader? Link { get; init; }

    /// <summary>The group of the interface the packet came in by (net_device.group); 0 where there is none.</summary>
    public uint InGroup { get; init; }

    /// <summary>The group of the interface the packet leaves by; 0 where there is none.</summary>
    public uint OutGroup { get; init; }

    /// <summary>The number of the processor that runs the hook.</summary>
    public uint Cpu { get; init; }

    /// <summary>The realm of the packet's route (dst_entry.tclassid): source realm times 65536 plus destination realm.</summary>
    public uint Realm { get; init; }

    /// <summary>The socket the packet belongs to; null where there is none, or one of another network namespace.</summary>
    public PacketSocket? Socket { get; init; }

    /// <summary>The ports of a bridge it came in by and leaves by; null for a packet that did not come through a bridge.</summary>
    public BridgePorts? Bridge { get; init; }

    /// <summary>What IPsec took the packet out of, in that order; null where the kernel keeps no such path of it.</summary>
    public ImmutableArray<IpsecState>? IpsecPath { get; init; }

    /// <summary>What IPsec is to wrap the packet in before it leaves, in that order.</summary>
    public ImmutableArray<IpsecState> IpsecRoute { get; init; } = [];

    /// <summary>What the source address is to the machine's routing; as usual on the hook where not said.</summary>
    public AddressTypes SourceTypes
    {
        get => _sourceTypes ?? AddressTypes.UsualOf(this, isSource: true);
        init => _sourceTypes = value;
    }

    /// <summary>What the destination address is to the machine's routing; as usual on the hook where not said.</summary>
    public AddressTypes DestinationTypes
    {
        get => _destinationTypes ?? AddressTypes.UsualOf(this, isSource: false);
        init => _destinationTypes = value;
    }

    /// <summary>The bytes from the network header on; its length is the kernel's skb->len.</summary>
    public ReadOnlySpan<byte> Bytes => _bytes;

    /// <summary>False where even the fixed network header (20 or 40 bytes) is cut: such a packet is dropped as invalid.</summary>
    public bool HeaderIsWhole => _bytes.Length >= (Family == Family.IPv4 ? 20 : 40);

    /// <summary>Source address as a number, host order; an IPv4 address stands in the low 32 bits.</summary>
    public UInt128 Source => Address(Family == Family.IPv4 ? 12 : 8);

    /// <summary>Destination address as a number, host order; an IPv4 address stands in the low 32 bits.</summary>
    public UInt128 Destination => Address(Family == Family.IPv4 ? 16 : 24);

    /// <summary>TTL or hop limit.</summary>
    public byte HopLimit => Family == Family.IPv4 ? _bytes[8] : _bytes[7];

    /// <summary>IPv4's TOS byte or IPv6's traffic class: six bits of DSCP, two of ECN.</summary>
    public byte TrafficClass => Family == Family.IPv4 ? _bytes[1] : (byte)(BinaryPrimitives.ReadUInt16BigEndian(_bytes) >> 4);

    /// <summary>Length the header declares: IPv4 total length; IPv6 payload length plus 40. Bytes.</summary>
    public int DeclaredLength => Family == Family.IPv4
        ? BinaryPrimitives.ReadUInt16BigEndian(_bytes.AsSpan(2))
        : BinaryPrimitives.ReadUInt16BigEndian(_bytes.AsSpan(4)) + 40;

    /// <summary>Where the transport header is, of what protocol, or why there is none.</summary>
    public TransportLocation Transport { get; }

    /// <summary>
    /// The transport header's bytes from its start to the packet's end; empty where the header starts beyond the packet.
    /// Meaningless for a fragment other than the first.
    /// </summary>
    public ReadOnlySpan<byte> TransportBytes =>
        Transport.Offset < _bytes.Length ? _bytes.AsSpan(Transport.Offset) : default;

    /// <summary>The same packet with another mark.</summary>
    public Packet WithMark(uint mark)
    {
        var other = (Packet)MemberwiseClone();
        other._mark = mark;
        return other;
    }

    /// <summary>The same packet at another time.</summary>
    public Packet At(KernelClock clock)
    {
        var other = (Packet)MemberwiseClone();
        other._clock = clock;
        return other;
    }

    /// <summary>The same packet, of another connection or none.</summary>
    public Packet WithConnection(ConnectionState state, ConnectionDirection direction, PacketConnection? connection)
    {
        var other = (Packet)MemberwiseClone();
        (other._connectionState, other._connectionDirection, other._connection) = (state, direction, connection);
        return other;
    }

    private UInt128 Address(int offset) => Family == Family.IPv4
        ? BinaryPrimitives.ReadUInt32BigEndian(_bytes.AsSpan(offset))
        : BinaryPrimitives.ReadUInt128BigEndian(_bytes.AsSpan(offset));
}

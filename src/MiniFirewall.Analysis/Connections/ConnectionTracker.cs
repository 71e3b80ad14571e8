using MiniFirewall.Packets;

namespace MiniFirewall.Analysis.Connections;

/// <summary>
/// What packets are to their connections, one after another: the reference for connection tracking (net/netfilter/nf_conntrack_core.c, Linux 6.x). It sees
/// whole packets, as they are once fragments are put together, with right checksums. What helpers announce, calls of PPTP and redirects of
/// ICMPv6 are nothing that it knows (<see cref="Knows"/>), nor is any limit to the number of connections.
/// </summary>
public sealed class ConnectionTracker(TrackingSettings settings)
{
    private const int QueryHeader = 8, IPv6Header = 40, Redirect = 137;

    private readonly Dictionary<ConnectionKey, TrackedConnection> _table = [];

    /// <summary>The last packet's, where it began one.</summary>
    private TrackedConnection? _begun;

    /// <summary>Whether it can say of a packet what the kernel would.</summary>
    public static bool Knows(Packet packet)
    {
        ArgumentNullException.ThrowIfNull(packet);
        bool isPptp = packet.Transport.Protocol == IpProtocol.Gre && packet.TransportBytes is [_, var version, ..] && (version & 7) == 1;
        return !isPptp && (packet.Transport.Protocol != IpProtocol.Icmpv6 || packet.TransportBytes is not [Redirect, ..]);
    }

    /// <summary>The packet, with its state, its direction and its connection by <see cref="Packet.Clock"/>.</summary>
    public Packet Track(Packet packet)
    {
        ArgumentNullException.ThrowIfNull(packet);
        _begun = null;
        ReadOnlySpan<byte> transport = packet.TransportBytes;
        if (packet.Transport.IsBroken || packet.Transport.FragmentOffset != 0 || packet.Transport.Offset > packet.Bytes.Length)
        {
            return Of(packet, ConnectionState.Invalid);
        }

        bool isMessage = packet.Transport.Protocol == (packet.Family == Family.IPv4 ? IpProtocol.Icmp : IpProtocol.Icmpv6);
        return isMessage && OfMessage(packet, transport) is { } message ? message
            : KeyOf(packet, transport) is { } key && key.Reversed is not null ? OfConnection(packet, key, transport)
            : Of(packet, ConnectionState.Invalid);
    }

    /// <summary>The packet that was tracked last has passed: what it began is a connection from now on.</summary>
    public void Confirm(Packet packet)
    {
        ArgumentNullException.ThrowIfNull(packet);
        if (_begun is { } begun)
        {
            begun.Confirm(packet.Clock);
            (_table[begun.Original], _table[begun.Reply]) = (begun, begun);
            _begun = null;
        }
    }

    private Packet OfConnection(Packet packet, ConnectionKey key, ReadOnlySpan<byte> transport)
    {
        TrackedConnection connection = Find(key, packet.Clock) ?? Begin(key);
        bool isReply = connection.Original != key;
        Membership membership = connection.Meet(new(packet.Family, isReply, transport, packet.Clock, settings));
        if (membership == Membership.BeginsAnother)
        {
            Remove(connection);
            return OfConnection(packet, key, transport);
        }

        if (membership == Membership.Invalid)
        {
            return Of(packet, ConnectionState.Invalid);
        }

        ConnectionState state = isReply || connection.HasSeenReply ? ConnectionState.Established : ConnectionState.New;
        if (isReply)
        {
            connection.SeeReply();
        }

        if (membership == Membership.Ends)
        {
            connection.End(packet.Clock);
            Remove(connection);
        }

        _begun = connection.IsConfirmed ? null : connection;
        return packet.WithConnection(state, isReply ? ConnectionDirection.Reply : ConnectionDirection.Original, Facts(connection, packet.Clock));
    }

    private static TrackedConnection Begin(ConnectionKey key)
    {
        ConnectionKey reply = key.Reversed!.Value;
        return key.Protocol switch
        {
            IpProtocol.Tcp => new TcpConnection(key, reply),
            IpProtocol.Sctp => new SctpConnection(key, reply),
            IpProtocol.Udp or IpProtocol.UdpLite => new UdpConnection(key, reply),
            IpProtocol.Icmp or IpProtocol.Icmpv6 => new QueryConnection(key, reply),
            _ => new PlainConnection(key, reply),
        };
    }

    /// <summary>An ICMP message that is no query; null for one that is.</summary>
    private Packet? OfMessage(Packet packet, ReadOnlySpan<byte> message)
    {
        const int LastKnown = 18, FirstQuery = 128;
        if (message.Length < QueryHeader)
        {
            return Of(packet, ConnectionState.Invalid);
        }

        byte type = message[0];
        if (packet.Family == Family.IPv4)
        {
            return type > LastKnown ? Of(packet, ConnectionState.Invalid) : type is 3 or 4 or 5 or 11 or 12 ? OfError(packet, message[QueryHeader..]) : null;
        }

        // Neighbours and group members are no connections.
        return type is >= 130 and <= 136 or 143 ? Of(packet, ConnectionState.Untracked) : type < FirstQuery ? OfError(packet, message[QueryHeader..]) : null;
    }

    /// <summary>Of the connection whose packet it quotes, where it goes to that packet's sender (nf_conntrack_inet_error).</summary>
    private Packet OfError(Packet packet, ReadOnlySpan<byte> quoted)
    {
        var inner = new Packet(packet.Family, packet.Hook, quoted);
        bool isWhole = inner.HeaderIsWhole && !inner.Transport.IsBroken && inner.Transport.FragmentOffset == 0;
        if (!isWhole || KeyOf(inner, inner.TransportBytes)?.Reversed is not { } answers || Find(answers, packet.Clock) is not { } connection)
        {
            return Of(packet, ConnectionState.Invalid);
        }

        bool isReply = connection.Original != answers;
        return answers.Path.Destination != packet.Destination
            ? Of(packet, ConnectionState.Invalid)
            : packet.WithConnection(ConnectionState.Related, isReply ? ConnectionDirection.Reply : ConnectionDirection.Original, Facts(connection, packet.Clock));
    }

    private static ConnectionKey? KeyOf(Packet packet, ReadOnlySpan<byte> transport) =>
        ConnectionKey.Of(packet.Family, packet.Transport.Protocol, packet.Source, packet.Destination, transport);

    private static Packet Of(Packet packet, ConnectionState state) => packet.WithConnection(state, ConnectionDirection.None, null);

    private TrackedConnection? Find(ConnectionKey key, KernelClock clock)
    {
        if (!_table.TryGetValue(key, out TrackedConnection? found))
        {
            return null;
        }

        if (!found.IsOver(clock))
        {
            return found;
        }

        Remove(found);
        return null;
    }

    private void Remove(TrackedConnection connection)
    {
        _table.Remove(connection.Original);
        _table.Remove(connection.Reply);
    }

    private static PacketConnection Facts(TrackedConnection connection, KernelClock clock) => new(connection.Original.Protocol, connection.Original.Path, connection.Reply.Path)
    {
        Status = connection.Status,
        SecondsLeft = connection.SecondsLeft(clock),
    };
}

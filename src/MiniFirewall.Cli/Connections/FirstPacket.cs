using MiniFirewall.Engine.Connections;
using MiniFirewall.Packets;
using MiniFirewall.Packets.Building;

namespace MiniFirewall.Cli.Connections;

/// <summary>A packet as the first one of a connection was, as far as its entry tells.</summary>
internal static class FirstPacket
{
    internal static byte[] Of(in Connection connection)
    {
        Transport transport = TransportOf(connection);
        return connection.Family == Family.IPv4
            ? new IPv4Header((uint)connection.Source, (uint)connection.Destination).Carry(transport)
            : new IPv6Header(connection.Source, connection.Destination).Carry(transport);
    }

    /// <summary>Whether all that rules may ask of the transport header is known.</summary>
    internal static bool HasHeader(in Connection connection) => connection.HasPorts || connection.IsQuery;

    private static Transport TransportOf(in Connection connection)
    {
        byte type = (byte)(connection.DestinationPort >> 8), code = (byte)connection.DestinationPort;
        return connection.Protocol switch
        {
            IpProtocol.Tcp => new TcpSegment(connection.SourcePort, connection.DestinationPort),
            IpProtocol.Udp => new UdpDatagram(connection.SourcePort, connection.DestinationPort),
            IpProtocol.UdpLite => new UdpLiteDatagram(connection.SourcePort, connection.DestinationPort),
            IpProtocol.Sctp => new SctpPacket(connection.SourcePort, connection.DestinationPort),
            IpProtocol.Icmp when connection.Family == Family.IPv4 => new IcmpMessage(type, code),
            IpProtocol.Icmpv6 when connection.Family == Family.IPv6 => new Icmpv6Message(type, code),
            _ => new RawTransport(connection.Protocol),
        };
    }
}

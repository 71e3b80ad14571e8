using System.Buffers.Binary;
using MiniFirewall.Packets;

namespace MiniFirewall.Policy.Sets;

/// <summary>The element that a packet names in a set (net/netfilter/ipset, the types' kadt functions).</summary>
public static class PacketElement
{
    /// <summary>Whole addresses and a port; null where the packet has no such port.</summary>
    public static SetElement? Of(Packet packet, SetShape shape, SetSides sources)
    {
        ArgumentNullException.ThrowIfNull(packet);
        var key = new SetElement { Families = shape.Addresses > 0 ? packet.Family.ToSet() : FamilySet.Both };
        byte width = (byte)DynamicSet.WidthOf(packet.Family);
        if (shape.Addresses > 0)
        {
            key = key with { First = AddressOf(packet, sources.HasFlag(SetSides.First)), FirstPrefix = width };
        }

        if (shape.Addresses > 1)
        {
            key = key with { Second = AddressOf(packet, sources.HasFlag(SetSides.Second)), SecondPrefix = width };
        }

        if (shape.Port == SetPort.None)
        {
            return key;
        }

        if (PortOf(packet, sources.HasFlag(SetSides.Port)) is not { } port || (shape.Port == SetPort.TcpOrUdp && port.Protocol is not (IpProtocol.Tcp or IpProtocol.Udp)))
        {
            return null;
        }

        return key with { Protocol = shape.Port == SetPort.WithProtocol ? port.Protocol : (byte)0, Port = port.Number };
    }

    private static UInt128 AddressOf(Packet packet, bool isSource) => isSource ? packet.Source : packet.Destination;

    /// <summary>A packet's protocol and port as sets have them; null where there are none to read (ip_set_getport.c).</summary>
    private static (byte Protocol, ushort Number)? PortOf(Packet packet, bool isSource)
    {
        TransportLocation transport = packet.Transport;
        byte protocol = transport.Protocol;
        byte none = packet.Family == Family.IPv4 ? (byte)0 : IpProtocol.NoNextHeader;
        if (transport.IsBroken || transport.FragmentOffset != 0 || protocol == none)
        {
            return null;
        }

        int needed = protocol switch
        {
            IpProtocol.Tcp => 20,
            IpProtocol.Sctp => 12,
            IpProtocol.Udp or IpProtocol.UdpLite or IpProtocol.Icmp or IpProtocol.Icmpv6 => 8,
            _ => 0,
        };
        ReadOnlySpan<byte> header = packet.TransportBytes;
        if (needed == 0)
        {
            return (protocol, 0);
        }

        bool isFirstWord = isSource || protocol is IpProtocol.Icmp or IpProtocol.Icmpv6;
        return header.Length < needed ? null : (protocol, BinaryPrimitives.ReadUInt16BigEndian(header[(isFirstWord ? 0 : 2)..]));
    }
}

using MiniFirewall.Packets;

namespace MiniFirewall.Policy.Questions;

/// <summary>
/// The four bytes in which a rate's table looks for ports, whatever they are: of a later fragment of IPv4 too, the SPI of ESP and AH,
/// and none of other protocols (net/netfilter/xt_hashlimit.c, hashlimit_init_dst; include/linux/in.h, proto_ports_offset).
/// </summary>
public static class FirstPorts
{
    public const int Bytes = 4;

    /// <summary>Where AH has its SPI.</summary>
    public const int AuthenticationOffset = 4;

    /// <summary>Protocols whose header begins with them.</summary>
    public static ReadOnlySpan<byte> Protocols =>
        [IpProtocol.Tcp, IpProtocol.Udp, IpProtocol.Dccp, IpProtocol.Esp, IpProtocol.Sctp, IpProtocol.UdpLite];

    /// <summary>The bytes, zero where the packet is of a protocol that has none; null where it ends before them.</summary>
    public static (ushort First, ushort Second)? Of(Packet packet)
    {
        ArgumentNullException.ThrowIfNull(packet);
        TransportLocation transport = packet.Transport;
        bool isV6 = packet.Family == Family.IPv6;
        if (isV6 && (transport.IsBroken || transport.Protocol == IpProtocol.NoNextHeader))
        {
            return null;
        }

        if (isV6 && transport.FragmentOffset != 0)
        {
            return (0, 0);
        }

        int offset = Protocols.Contains(transport.Protocol) ? 0 : transport.Protocol == IpProtocol.Authentication ? AuthenticationOffset : -1;
        ReadOnlySpan<byte> header = packet.TransportBytes;
        return offset < 0 ? (0, 0)
            : header.Length < offset + Bytes ? null
            : ((ushort)((header[offset] << 8) | header[offset + 1]), (ushort)((header[offset + 2] << 8) | header[offset + 3]));
    }
}

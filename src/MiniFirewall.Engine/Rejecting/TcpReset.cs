using System.Buffers.Binary;
using MiniFirewall.Packets;
using MiniFirewall.Packets.Building;

namespace MiniFirewall.Engine.Rejecting;

/// <summary>The reset that answers a TCP segment (RFC 9293 section 3.10.7.1; nf_reject_ip_tcphdr_put, nf_reject_ip6_tcphdr_put).</summary>
internal static class TcpReset
{
    private const int HeaderLength = 20;

    /// <summary>Null for what is no whole TCP header, a reset itself, or wrong by its checksum.</summary>
    internal static byte[]? Of(RejectedPacket packet, byte hopLimit)
    {
        if (packet.Protocol != IpProtocol.Tcp || packet.Transport.Length < HeaderLength)
        {
            return null;
        }

        ReadOnlySpan<byte> header = packet.Transport;
        var flags = (TcpFlags)header[13];
        if (flags.HasFlag(TcpFlags.Rst) || !packet.ChecksumHolds)
        {
            return null;
        }

        TcpSegment reset = Numbered(header, flags, packet.TransportLength) with
        {
            SourcePort = BinaryPrimitives.ReadUInt16BigEndian(header[2..]),
            DestinationPort = BinaryPrimitives.ReadUInt16BigEndian(header),
            Window = 0,
        };
        return packet.Record.Family == Family.IPv4
            ? new IPv4Header((uint)packet.Destination, (uint)packet.Source) { Ttl = hopLimit, DontFragment = true }.Carry(reset)
            : new IPv6Header(packet.Destination, packet.Source) { HopLimit = hopLimit }.Carry(reset);
    }

    /// <summary>It continues what was acknowledged, or acknowledges all that was sent.</summary>
    private static TcpSegment Numbered(ReadOnlySpan<byte> header, TcpFlags flags, int length)
    {
        if (flags.HasFlag(TcpFlags.Ack))
        {
            return new TcpSegment(0, 0) { Flags = TcpFlags.Rst, Sequence = BinaryPrimitives.ReadUInt32BigEndian(header[8..]) };
        }

        int headerLength = (header[12] >> 4) * 4;
        int sent = (flags.HasFlag(TcpFlags.Syn) ? 1 : 0) + (flags.HasFlag(TcpFlags.Fin) ? 1 : 0) + length - headerLength;
        return new TcpSegment(0, 0)
        {
            Flags = TcpFlags.Rst | TcpFlags.Ack,
            Acknowledgement = unchecked(BinaryPrimitives.ReadUInt32BigEndian(header[4..]) + (uint)sent),
        };
    }
}

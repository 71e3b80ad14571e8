using System.Buffers.Binary;
using MiniFirewall.Packets;

namespace MiniFirewall.Cli.Demo;

/// <summary>Echo messages (RFC 792, RFC 4443), for raw sockets.</summary>
internal static class IcmpEcho
{
    private const ushort Identifier = 0x6d66;

    /// <summary>An echo request; the kernel fills ICMPv6's checksum, ICMP's is here.</summary>
    internal static byte[] Request(Family family)
    {
        byte[] message = new byte[16];
        message[0] = family == Family.IPv4 ? (byte)8 : (byte)128;
        BinaryPrimitives.WriteUInt16BigEndian(message.AsSpan(4), Identifier);
        BinaryPrimitives.WriteUInt16BigEndian(message.AsSpan(6), 1);
        if (family == Family.IPv4)
        {
            BinaryPrimitives.WriteUInt16BigEndian(message.AsSpan(2), Checksum(message));
        }

        return message;
    }

    /// <summary>Whether bytes from a raw socket (with the IP header for IPv4, without for IPv6) answer <see cref="Request"/>.</summary>
    internal static bool IsReply(Family family, ReadOnlySpan<byte> received)
    {
        int offset = family == Family.IPv4 && received.Length > 0 ? (received[0] & 0x0f) * 4 : 0;
        return received.Length >= offset + 8
            && received[offset] == (family == Family.IPv4 ? 0 : 129)
            && BinaryPrimitives.ReadUInt16BigEndian(received[(offset + 4)..]) == Identifier;
    }

    private static ushort Checksum(ReadOnlySpan<byte> message)
    {
        uint sum = 0;
        for (int i = 0; i < message.Length; i += 2)
        {
            sum += BinaryPrimitives.ReadUInt16BigEndian(message[i..]);
        }

        sum = (sum & 0xffff) + (sum >> 16);
        return (ushort)~(sum + (sum >> 16));
    }
}

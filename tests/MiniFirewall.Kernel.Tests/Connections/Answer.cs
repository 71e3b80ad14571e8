using System.Buffers.Binary;
using MiniFirewall.Packets;

namespace MiniFirewall.Kernel.Tests.Connections;

/// <summary>What the other end would send back: ends and ports changed about; a SYN is answered by a SYN/ACK, an echo request by its reply.</summary>
internal static class Answer
{
    private const int Syn = 2, Ack = 16;

    /// <summary>The packet must have its whole headers, and no extension headers in front of the transport header.</summary>
    internal static Packet To(Packet packet)
    {
        byte[] bytes = packet.Bytes.ToArray();
        bool v4 = packet.Family == Family.IPv4;
        int header = v4 ? 4 * (bytes[0] & 15) : 40, at = v4 ? 12 : 8, length = v4 ? 4 : 16;
        Exchange(bytes, at, at + length, length);
        byte protocol = bytes[v4 ? 9 : 6];
        if (protocol is IpProtocol.Tcp or IpProtocol.Udp && bytes.Length >= header + 8)
        {
            Exchange(bytes, header, header + 2, 2);
        }

        if (protocol == IpProtocol.Tcp && bytes.Length >= header + 20 && (bytes[header + 13] & (Syn | Ack)) == Syn)
        {
            bytes[header + 13] |= Ack;
            BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(header + 8), BinaryPrimitives.ReadUInt32BigEndian(bytes.AsSpan(header + 4)) + 1);
        }

        if (bytes.Length > header && ((protocol, bytes[header]) is (IpProtocol.Icmp, 8) or (IpProtocol.Icmpv6, 128)))
        {
            bytes[header] = (byte)(protocol == IpProtocol.Icmp ? 0 : 129);
        }

        Hook hook = packet.Hook switch { Hook.LocalIn => Hook.LocalOut, Hook.LocalOut => Hook.LocalIn, _ => packet.Hook };
        return new Packet(packet.Family, hook, bytes) { InInterface = packet.OutInterface, OutInterface = packet.InInterface, Mark = packet.Mark };
    }

    private static void Exchange(byte[] bytes, int first, int second, int length)
    {
        for (int i = 0; i < length; i++)
        {
            (bytes[first + i], bytes[second + i]) = (bytes[second + i], bytes[first + i]);
        }
    }
}

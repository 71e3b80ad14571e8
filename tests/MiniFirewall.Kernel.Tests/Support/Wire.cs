using System.Buffers.Binary;
using MiniFirewall.Packets;

namespace MiniFirewall.Kernel.Tests.Support;

/// <summary>The bytes to send so that the hook sees a given packet.</summary>
internal sealed record Wire(byte[] Bytes)
{
    /// <summary>Null where the kernel would silently make another packet of it on the way to the hook.</summary>
    internal static Wire? For(Packet packet) => packet.Hook switch
    {
        _ when !packet.HeaderIsWhole => null,
        Hook.LocalOut => packet.Family == Family.IPv4 ? LocalV4(packet) : new Wire(packet.Bytes.ToArray()),
        Hook.Forward => packet.HopLimit is 0 or 255 ? null : Incoming(packet, packet.HopLimit + 1),
        _ => Incoming(packet, packet.HopLimit),
    };

    // ip_forward and ip6_forward take one off the hop limit before the hook.
    private static Wire Incoming(Packet packet, int hopLimit)
    {
        byte[] bytes = packet.Bytes.ToArray();
        if (packet.Family == Family.IPv4)
        {
            bytes[8] = (byte)hopLimit;
            WriteChecksum(bytes);
        }
        else
        {
            bytes[7] = (byte)hopLimit;
        }

        return new Wire(bytes);
    }

    // raw_send_hdrinc writes length, checksum, and a source address of zero anew where the header length is in order.
    private static Wire? LocalV4(Packet packet)
    {
        int header = (packet.Bytes[0] & 0x0f) * 4;
        bool rewritten = header >= 20 && (packet.DeclaredLength != packet.Bytes.Length || packet.Source == 0);
        return rewritten || header > packet.Bytes.Length ? null : new Wire(packet.Bytes.ToArray());
    }

    private static void WriteChecksum(byte[] packet)
    {
        int header = Math.Min((packet[0] & 0x0f) * 4, packet.Length);
        packet[10] = packet[11] = 0;
        uint sum = 0;
        for (int i = 0; i + 1 < header; i += 2)
        {
            sum += BinaryPrimitives.ReadUInt16BigEndian(packet.AsSpan(i));
        }

        sum = (sum & 0xffff) + (sum >> 16);
        sum = (sum & 0xffff) + (sum >> 16);
        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(10), (ushort)~sum);
    }
}

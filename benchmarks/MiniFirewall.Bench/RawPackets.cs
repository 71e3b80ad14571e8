using System.Buffers.Binary;

namespace MiniFirewall.Bench;

/// <summary>Plain headers for test runs; checksums are not looked at there.</summary>
internal static class RawPackets
{
    internal static byte[] Tcp(uint source, uint destination, ushort port)
    {
        byte[] packet = Header(source, destination, 6);
        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(22), port);
        packet[32] = 0x50;
        packet[33] = 0x02;
        return packet;
    }

    internal static byte[] Udp(uint source, uint destination, ushort port)
    {
        byte[] packet = Header(source, destination, 17);
        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(22), port);
        return packet;
    }

    internal static byte[] Tcp6(ushort port)
    {
        var packet = new byte[80];
        packet[0] = 0x60;
        packet[5] = 40;
        packet[6] = 6;
        packet[7] = 64;
        packet[8] = packet[24] = 0x20;
        packet[23] = 1;
        packet[39] = 2;
        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(42), port);
        packet[52] = 0x50;
        return packet;
    }

    private static byte[] Header(uint source, uint destination, byte protocol)
    {
        var packet = new byte[60];
        packet[0] = 0x45;
        packet[3] = 60;
        packet[8] = 64;
        packet[9] = protocol;
        BinaryPrimitives.WriteUInt32BigEndian(packet.AsSpan(12), source);
        BinaryPrimitives.WriteUInt32BigEndian(packet.AsSpan(16), destination);
        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(20), 40000);
        return packet;
    }
}

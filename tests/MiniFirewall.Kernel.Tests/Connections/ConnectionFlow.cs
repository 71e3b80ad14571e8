using System.Buffers.Binary;
using MiniFirewall.Packets;
using MiniFirewall.Packets.Building;

namespace MiniFirewall.Kernel.Tests.Connections;

/// <summary>Packets of TCP connections between the same two hosts, told apart by a number; all of them as bytes from the IPv4 header on.</summary>
internal sealed class ConnectionFlow
{
    private const int SourceAt = 12, DestinationAt = 16, PortsAt = 20;

    private readonly byte[] _syn = Of(TcpFlags.Syn, 1000, 0), _answer = Of(TcpFlags.Syn | TcpFlags.Ack, 5000, 1001), _ack = Of(TcpFlags.Ack, 1001, 5001);
    private readonly byte[] _datagram = Of(new UdpDatagram(0, 0));

    internal ReadOnlySpan<byte> Syn(int number) => Set(_syn, number, isAnswer: false);

    internal ReadOnlySpan<byte> Answer(int number) => Set(_answer, number, isAnswer: true);

    internal ReadOnlySpan<byte> Ack(int number) => Set(_ack, number, isAnswer: false);

    /// <summary>UDP, of the same ends.</summary>
    internal ReadOnlySpan<byte> Datagram(int number, bool isAnswer) => Set(_datagram, number, isAnswer);

    private static byte[] Of(TcpFlags flags, uint sequence, uint acknowledgement) => Of(new TcpSegment(0, 0) { Flags = flags, Sequence = sequence, Acknowledgement = acknowledgement });

    private static byte[] Of(Transport transport) => new Packet(Family.IPv4, Hook.LocalOut, IPv4Header.Between("10.0.0.0", "198.18.0.1").Carry(transport)).Bytes.ToArray();

    /// <summary>The client's address and port from the number; the server's are always the same.</summary>
    private static ReadOnlySpan<byte> Set(byte[] packet, int number, bool isAnswer)
    {
        uint client = 0x0a000001u + ((uint)number >> 15), server = 0xc6120001;
        ushort clientPort = (ushort)(1024 + (number & 0x7fff)), serverPort = 443;
        BinaryPrimitives.WriteUInt32BigEndian(packet.AsSpan(SourceAt), isAnswer ? server : client);
        BinaryPrimitives.WriteUInt32BigEndian(packet.AsSpan(DestinationAt), isAnswer ? client : server);
        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(PortsAt), isAnswer ? serverPort : clientPort);
        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(PortsAt + 2), isAnswer ? clientPort : serverPort);
        return packet;
    }
}

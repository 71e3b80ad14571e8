using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace MiniFirewall.Bench.Connections;

/// <summary>The packets of flows through a router, as a raw socket sends them: IPv4 with header, 46 bytes. The kernel writes its checksum.</summary>
internal sealed class FlowPackets
{
    private const int Length = 46;
    private const byte Udp = 17;

    private readonly (uint Client, uint Server, ushort ClientPort, ushort ServerPort)[] _flows;
    private readonly bool _isUdp;
    private readonly byte _tcpFlags;

    /// <param name="tcpFlags">Null for UDP.</param>
    internal FlowPackets(int count, byte? tcpFlags, int seed)
    {
        var random = new Random(seed);
        var flows = new HashSet<(uint, uint, ushort, ushort)>();
        while (flows.Count < count)
        {
            flows.Add((
                0x0a000000u | (uint)random.Next(1, 0xfffffe), 0xc6120001u | ((uint)random.Next(256) << 8), (ushort)random.Next(1024, 65535), (ushort)random.Next(1, 1024)));
        }

        _flows = [.. flows];
        random.Shuffle(_flows);
        (_isUdp, _tcpFlags) = (tcpFlags is null, tcpFlags ?? 0);
    }

    internal IEnumerable<OutPacket> Requests => _flows.Select(flow => Make(flow.Client, flow.Server, flow.ClientPort, flow.ServerPort));

    internal IEnumerable<OutPacket> Answers => _flows.Select(flow => Make(flow.Server, flow.Client, flow.ServerPort, flow.ClientPort));

    private OutPacket Make(uint source, uint destination, ushort sourcePort, ushort destinationPort)
    {
        var packet = new byte[Length];
        packet[0] = 0x45;
        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(2), Length);
        packet[8] = 64;
        packet[9] = _isUdp ? Udp : (byte)6;
        BinaryPrimitives.WriteUInt32BigEndian(packet.AsSpan(12), source);
        BinaryPrimitives.WriteUInt32BigEndian(packet.AsSpan(16), destination);
        Span<byte> transport = packet.AsSpan(20);
        BinaryPrimitives.WriteUInt16BigEndian(transport, sourcePort);
        BinaryPrimitives.WriteUInt16BigEndian(transport[2..], destinationPort);
        if (_isUdp)
        {
            BinaryPrimitives.WriteUInt16BigEndian(transport[4..], (ushort)transport.Length);
        }
        else
        {
            WriteTcp(transport, source, destination);
        }

        return new(packet, new IPEndPoint(new IPAddress(packet.AsSpan(16, 4)), 0).Serialize());
    }

    /// <summary>nf_conntrack looks at the checksum of TCP; a UDP checksum of zero is none.</summary>
    private void WriteTcp(Span<byte> segment, uint source, uint destination)
    {
        segment[12] = 0x50;
        segment[13] = _tcpFlags;
        BinaryPrimitives.WriteUInt16BigEndian(segment[14..], 1000);
        ulong sum = (source >> 16) + (source & 0xffff) + (destination >> 16) + (destination & 0xffff) + 6u + (uint)segment.Length;
        for (int i = 0; i < segment.Length; i += 2)
        {
            sum += BinaryPrimitives.ReadUInt16BigEndian(segment[i..]);
        }

        while (sum > 0xffff)
        {
            sum = (sum & 0xffff) + (sum >> 16);
        }

        BinaryPrimitives.WriteUInt16BigEndian(segment[16..], (ushort)~sum);
    }
}

/// <summary>A packet, and where it goes, in the form that a socket takes without allocating.</summary>
internal sealed record OutPacket(byte[] Bytes, SocketAddress To);

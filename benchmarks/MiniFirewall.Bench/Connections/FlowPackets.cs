using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using MiniFirewall.Packets;

namespace MiniFirewall.Bench.Connections;

/// <summary>The packets of flows through a router, as a raw socket sends them: with the IP header, whose checksum the kernel writes, and 26 bytes behind it.</summary>
internal sealed class FlowPackets
{
    private const int TransportBytes = 26;
    private const byte Udp = 17, Tcp = 6;

    private readonly Family _family;
    private readonly (End Client, End Server)[] _flows;
    private readonly byte? _tcpFlags;

    private FlowPackets(Family family, (End Client, End Server)[] flows, byte? tcpFlags) => (_family, _flows, _tcpFlags) = (family, flows, tcpFlags);

    /// <param name="tcpFlags">Null for UDP.</param>
    internal static FlowPackets Random(Family family, int count, byte? tcpFlags, int seed)
    {
        var random = new Random(seed);
        var flows = new HashSet<(End, End)>();
        while (flows.Count < count)
        {
            flows.Add((new(Client(family, random), (ushort)random.Next(1024, 65535)), new(Server(family, random), (ushort)random.Next(1, 1024))));
        }

        (End, End)[] shuffled = [.. flows];
        random.Shuffle(shuffled);
        return new(family, shuffled, tcpFlags);
    }

    internal static string Clients(Family family) => family == Family.IPv4 ? "10.0.0.0/8" : "fd00:a::/32";

    internal static string Servers(Family family) => family == Family.IPv4 ? "198.18.0.0/15" : "fd00:b::/32";

    internal IEnumerable<OutPacket> Requests => _flows.Select(flow => Make(flow.Client, flow.Server));

    internal IEnumerable<OutPacket> Answers => _flows.Select(flow => Make(flow.Server, flow.Client));

    private static UInt128 Client(Family family, Random random) => family == Family.IPv4
        ? 0x0a000000u | (uint)random.Next(1, 0xfffffe)
        : new UInt128(0xfd00_000a_0000_0000 | (uint)random.Next(), (ulong)random.NextInt64());

    private static UInt128 Server(Family family, Random random) => family == Family.IPv4
        ? 0xc6120001u | ((uint)random.Next(256) << 8)
        : new UInt128(0xfd00_000b_0000_0000, 1 | ((uint)random.Next(256) << 8));

    private OutPacket Make(End source, End destination)
    {
        byte[] packet = _family == Family.IPv4 ? HeaderV4(source, destination) : HeaderV6(source, destination);
        Span<byte> transport = packet.AsSpan(packet.Length - TransportBytes);
        BinaryPrimitives.WriteUInt16BigEndian(transport, source.Port);
        BinaryPrimitives.WriteUInt16BigEndian(transport[2..], destination.Port);
        if (_tcpFlags is { } flags)
        {
            WriteTcp(transport, flags, source.Address, destination.Address);
        }
        else
        {
            BinaryPrimitives.WriteUInt16BigEndian(transport[4..], TransportBytes);
        }

        ReadOnlySpan<byte> to = _family == Family.IPv4 ? packet.AsSpan(16, 4) : packet.AsSpan(24, 16);
        return new(packet, new IPEndPoint(new IPAddress(to), 0).Serialize());
    }

    private byte Protocol => _tcpFlags is null ? Udp : Tcp;

    private byte[] HeaderV4(End source, End destination)
    {
        var packet = new byte[20 + TransportBytes];
        packet[0] = 0x45;
        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(2), (ushort)packet.Length);
        packet[8] = 64;
        packet[9] = Protocol;
        BinaryPrimitives.WriteUInt32BigEndian(packet.AsSpan(12), (uint)source.Address);
        BinaryPrimitives.WriteUInt32BigEndian(packet.AsSpan(16), (uint)destination.Address);
        return packet;
    }

    private byte[] HeaderV6(End source, End destination)
    {
        var packet = new byte[40 + TransportBytes];
        packet[0] = 0x60;
        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(4), TransportBytes);
        packet[6] = Protocol;
        packet[7] = 64;
        BinaryPrimitives.WriteUInt128BigEndian(packet.AsSpan(8), source.Address);
        BinaryPrimitives.WriteUInt128BigEndian(packet.AsSpan(24), destination.Address);
        return packet;
    }

    /// <summary>nf_conntrack looks at the checksum of TCP; a UDP checksum of zero is none for it.</summary>
    private static void WriteTcp(Span<byte> segment, byte flags, UInt128 source, UInt128 destination)
    {
        segment[12] = 0x50;
        segment[13] = flags;
        BinaryPrimitives.WriteUInt16BigEndian(segment[14..], 1000);
        ulong sum = Sum(source) + Sum(destination) + Tcp + (uint)segment.Length;
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

    private static ulong Sum(UInt128 address)
    {
        ulong sum = 0;
        for (; address != 0; address >>= 16)
        {
            sum += (ushort)address;
        }

        return sum;
    }

    private readonly record struct End(UInt128 Address, ushort Port);
}

/// <summary>A packet, and where it goes, in the form that a socket takes without allocating.</summary>
internal sealed record OutPacket(byte[] Bytes, SocketAddress To);

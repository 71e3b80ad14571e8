using System.Buffers.Binary;
using System.Net.NetworkInformation;
using MiniFirewall.Packets;

namespace MiniFirewall.Bench.Connections;

/// <summary>The packets of flows through a <see cref="BenchRouter"/>, as frames: with the IP header, and 26 bytes behind it.</summary>
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

    internal Frames Requests() => new([.. _flows.Select(flow => Make(flow.Client, flow.Server, BenchRouter.In))]);

    internal Frames Answers() => new([.. _flows.Select(flow => Make(flow.Server, flow.Client, BenchRouter.Out))]);

    private static UInt128 Client(Family family, Random random) => family == Family.IPv4
        ? 0x0a000000u | (uint)random.Next(1, 0xfffffe)
        : new UInt128(0xfd00_000a_0000_0000 | (uint)random.Next(), (ulong)random.NextInt64());

    private static UInt128 Server(Family family, Random random) => family == Family.IPv4
        ? 0xc6120001u | ((uint)random.Next(256) << 8)
        : new UInt128(0xfd00_000b_0000_0000, 1 | ((uint)random.Next(256) << 8));

    private byte[] Make(End source, End destination, string device)
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

        PhysicalAddress to = PhysicalAddress.Parse(device), nobody = PhysicalAddress.Parse(BenchRouter.Nobody);
        return [.. to.GetAddressBytes(), .. nobody.GetAddressBytes(), .. _family == Family.IPv4 ? (byte[])[0x08, 0x00] : [0x86, 0xdd], .. packet];
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
        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(10), Checksum(packet.AsSpan(0, 20), 0));
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
        BinaryPrimitives.WriteUInt16BigEndian(segment[16..], Checksum(segment, Sum(source) + Sum(destination) + Tcp + (uint)segment.Length));
    }

    /// <summary>RFC 1071. The bytes are an even number.</summary>
    private static ushort Checksum(ReadOnlySpan<byte> bytes, ulong sum)
    {
        for (int i = 0; i < bytes.Length; i += 2)
        {
            sum += BinaryPrimitives.ReadUInt16BigEndian(bytes[i..]);
        }

        while (sum > 0xffff)
        {
            sum = (sum & 0xffff) + (sum >> 16);
        }

        return (ushort)~sum;
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

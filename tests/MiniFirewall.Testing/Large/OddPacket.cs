using System.Buffers.Binary;
using MiniFirewall.Packets;

namespace MiniFirewall.Testing.Large;

/// <summary>Makes a fragment, a cut header or a chain of extension headers, whole or broken, of a packet that met a rule.</summary>
internal static class OddPacket
{
    private const byte HopByHop = 0, Routing = 43, FragmentHeader = 44, DestinationOptions = 60;
    private static readonly byte[] s_extensions = [HopByHop, Routing, FragmentHeader, DestinationOptions, IpProtocol.Authentication];

    /// <summary>More than any header has of which a match asks every byte.</summary>
    private const int Cuts = 24;

    internal static Packet Of(Packet packet, Random random) => With(packet, random.Next(3) == 0
        ? Cut(packet, random.Next(Cuts))
        : packet.Family == Family.IPv4 ? FragmentV4(packet, random) : ExtendV6(packet, random));

    /// <summary>The packet with 0, 1, 2 and so on bytes of its transport header.</summary>
    internal static IEnumerable<Packet> EveryCut(Packet packet) => Enumerable.Range(0, Cuts).Select(length => With(packet, Cut(packet, length)));

    private static Packet With(Packet packet, byte[] bytes) => new(packet.Family, packet.Hook, bytes)
    {
        InInterface = packet.InInterface,
        OutInterface = packet.OutInterface,
        Mark = packet.Mark,
    };

    /// <summary>Ends the packet after some bytes of its transport header; its network header tells so.</summary>
    private static byte[] Cut(Packet packet, int length)
    {
        int start = packet.Family == Family.IPv4 ? 20 : 40;
        byte[] bytes = packet.Bytes[..Math.Min(start + length, packet.Bytes.Length)].ToArray();
        if (packet.Family == Family.IPv4)
        {
            BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(2), (ushort)bytes.Length);
        }
        else
        {
            BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(4), (ushort)(bytes.Length - start));
        }

        return bytes;
    }

    /// <summary>A first fragment, one that could overwrite a TCP header's flags, or any other.</summary>
    private static byte[] FragmentV4(Packet packet, Random random)
    {
        byte[] bytes = packet.Bytes.ToArray();
        int offset = random.Next(4) switch { 0 => 0, 1 => 1, 2 => 2, _ => random.Next(8192) };
        BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(6), (ushort)(offset | (random.Next(2) << 13)));
        return bytes;
    }

    private static byte[] ExtendV6(Packet packet, Random random)
    {
        byte[] payload = packet.Bytes[40..].ToArray();
        byte next = packet.Bytes[6];
        for (int headers = 1 + random.Next(4); headers > 0; headers--)
        {
            byte kind = s_extensions[random.Next(s_extensions.Length)];
            payload = [.. Extension(kind, next, random), .. payload];
            next = kind;
        }

        int length = random.Next(4) == 0 ? random.Next(payload.Length) : payload.Length;
        byte[] bytes = [.. packet.Bytes[..40], .. payload.AsSpan(0, length)];
        BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(4), (ushort)length);
        bytes[6] = next;
        return bytes;
    }

    /// <summary>Eight bytes, as each kind's length field tells them: AH's counts in fours, a fragment's is not looked at.</summary>
    private static byte[] Extension(byte kind, byte next, Random random)
    {
        byte[] bytes = new byte[8];
        bytes[0] = next;
        if (kind == FragmentHeader)
        {
            int offset = random.Next(3) switch { 0 => 0, 1 => 1, _ => random.Next(8192) };
            BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(2), (ushort)((offset << 3) | random.Next(2)));
        }

        return bytes;
    }
}

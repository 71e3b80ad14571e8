using System.Buffers.Binary;

namespace MiniFirewall.Packets.Text;

/// <summary>Writes a packet as one line for people.</summary>
internal static class DescriptionPrinter
{
    internal static string Print(Packet packet) => string.Join(' ', Words(packet).Where(w => w.Length > 0));

    private static IEnumerable<string> Words(Packet packet)
    {
        yield return packet.Hook switch
        {
            Hook.LocalIn => "in",
            Hook.LocalOut => "out",
            Hook.Forward => "forward",
            _ => packet.Hook.ToString(),
        };
        yield return packet.InInterface;
        yield return packet.OutInterface;
        if (!packet.HeaderIsWhole)
        {
            yield return $"{packet.Family} cut len {packet.Bytes.Length}";
            yield break;
        }

        yield return Protocol(packet.Transport);
        yield return Endpoint.Print(packet.Family, packet.Source, Port(packet, 0));
        yield return Endpoint.Print(packet.Family, packet.Destination, Port(packet, 2));
        yield return About(packet);
        yield return $"len {packet.Bytes.Length} ttl {packet.HopLimit}";
        yield return packet.Mark == 0 ? "" : $"mark 0x{packet.Mark:x}";
        yield return Fragment(packet);
        yield return packet.DeclaredLength == packet.Bytes.Length ? "" : $"declared {packet.DeclaredLength}";
    }

    private static string Protocol(TransportLocation transport) =>
        transport.IsBroken ? "broken" : IpProtocol.NameOf(transport.Protocol) ?? $"proto {transport.Protocol}";

    private static ReadOnlySpan<byte> TransportOf(Packet packet) =>
        packet.Transport is { IsBroken: false, FragmentOffset: 0 } ? packet.TransportBytes : default;

    private static ushort? Port(Packet packet, int at)
    {
        ReadOnlySpan<byte> transport = TransportOf(packet);
        return IpProtocol.HasPorts(packet.Transport.Protocol) && transport.Length >= 4
            ? BinaryPrimitives.ReadUInt16BigEndian(transport[at..])
            : null;
    }

    /// <summary>What the transport header tells beside its ports; "cut" where it should and cannot.</summary>
    private static string About(Packet packet)
    {
        (bool isBroken, byte protocol, _, int fragmentOffset) = packet.Transport;
        if (isBroken || fragmentOffset != 0)
        {
            return "";
        }

        ReadOnlySpan<byte> transport = TransportOf(packet);
        return protocol switch
        {
            IpProtocol.Tcp when transport.Length >= 14 => $"flags {TcpFlagNames.Print((TcpFlags)transport[13])}{(transport.Length < 20 ? " cut" : "")}",
            IpProtocol.Icmp or IpProtocol.Icmpv6 when transport.Length >= 2 => IcmpNames.Print(packet.Family, transport[0], transport[1]),
            IpProtocol.Tcp or IpProtocol.Icmp or IpProtocol.Icmpv6 => "cut",
            _ => IpProtocol.HasPorts(protocol) && transport.Length < 4 ? "cut" : "",
        };
    }

    private static string Fragment(Packet packet)
    {
        int offset = packet.Transport.FragmentOffset;
        if (packet.Family == Family.IPv6)
        {
            return offset != 0 ? $"frag {offset / 8}" : packet.Bytes[6] == 44 ? "frag 0" : "";
        }

        bool more = (packet.Bytes[6] & 0x20) != 0;
        return offset != 0 || more ? $"frag {offset}" : "";
    }
}

using MiniFirewall.Cli.Logging;
using MiniFirewall.Packets;
using MiniFirewall.Rules.Model;
using MiniFirewall.Verbs;

namespace MiniFirewall.Cli.Drops;

/// <summary>The command that would let a dropped packet's like pass.</summary>
internal static class AllowHint
{
    private const string BroughtByDefault = "minifw-before-";

    /// <summary>Null where no entry would: the packet is broken or invalid, or its ends are not known.</summary>
    internal static string? Of(PacketEvent packet, RuleSet? rules)
    {
        if (packet is not { Source: { } source, Destination: { } destination } || packet.Record.Kind == Compiler.EventKind.Invalid
            || packet.Place.Chain.StartsWith(BroughtByDefault, StringComparison.Ordinal))
        {
            return null;
        }

        Direction direction = packet.Hook switch { Hook.LocalIn => Direction.In, Hook.LocalOut => Direction.Out, _ => Direction.Routed };
        string ends = direction switch
        {
            Direction.In => $"from {source}{To("any", packet)}",
            Direction.Out => $"out to {destination}{Port(packet)}",
            _ => $"from {source}{To(destination, packet)}",
        };
        return packet.Protocol switch
        {
            "icmp" => Iptables("iptables", packet, direction, "-p icmp --icmp-type"),
            "icmpv6" or "ipv6-icmp" => Iptables("ip6tables", packet, direction, "-p icmpv6 --icmpv6-type"),
            "tcp" or "udp" => $"minifw {Place(packet, direction, rules)}allow {ends} proto {packet.Protocol}",
            { } other when !other.Contains(' ', StringComparison.Ordinal) => $"minifw {Place(packet, direction, rules)}allow {ends} proto {other}",
            _ => null,
        };
    }

    private static string To(string address, PacketEvent packet) =>
        address == "any" && packet.DestinationPort is null ? "" : $" to {address}{Port(packet)}";

    private static string Port(PacketEvent packet) => packet.DestinationPort is { } port && packet.Protocol is "tcp" or "udp" ? $" port {packet.DestinationPort}" : "";

    /// <summary>Behind a rule that drops, an entry would never be met.</summary>
    private static string Place(PacketEvent packet, Direction direction, RuleSet? rules)
    {
        string route = direction == Direction.Routed ? "route " : "";
        if (packet.Place.Number == 0 || rules is null)
        {
            return route;
        }

        Entry? entry = EntryList.Of(rules).Entries.FirstOrDefault(entry =>
            packet.Place.Chain == direction.Chain() && entry.Direction == direction && packet.Place.Number > entry.First && packet.Place.Number <= entry.End);
        return entry is not null ? $"{route}insert {entry.Number} "
            : packet.Place.Chain == direction.Chain() ? route
            : $"{route}prepend ";
    }

    /// <summary>ICMP has no ports that an entry could name.</summary>
    private static string Iptables(string program, PacketEvent packet, Direction direction, string type) =>
        $"minifw {program} -I {direction.Chain()} {(direction == Direction.Out ? $"-d {packet.Destination}" : $"-s {packet.Source}")} {type} {packet.IcmpType} -j ACCEPT";
}

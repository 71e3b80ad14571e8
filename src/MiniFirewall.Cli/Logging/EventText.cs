using System.Globalization;
using System.Text;
using MiniFirewall.Cli.Output;
using MiniFirewall.Packets;

namespace MiniFirewall.Cli.Logging;

/// <summary>Events for people: time, what, rule, interfaces, the packet's ends, and the rest as words.</summary>
internal static class EventText
{
    internal static string OfLoss(ulong count) => $"{count} events were lost: they came faster than they were read";

    internal static string OfLeftOut(ulong count) => $"{count} events were left out: they came faster than the rate allows";

    internal static string Of(PacketEvent packet) => $"{packet.Time:yyyy-MM-ddTHH:mm:ss.ffffff} {WithoutTime(packet)}";

    internal static string WithoutTime(PacketEvent packet)
    {
        var line = new StringBuilder();
        line.Append(CultureInfo.InvariantCulture, $"{packet.What,-7} {(packet.Place.Text is { Length: > 0 } place ? place : "-")}");
        Word(line, "in", packet.In);
        Word(line, "out", packet.Out);
        line.Append(CultureInfo.InvariantCulture, $" {packet.Protocol ?? packet.Family.Word()} {End(packet, packet.Source, packet.SourcePort)} > {End(packet, packet.Destination, packet.DestinationPort)}");
        Word(line, "type", packet.IcmpType is { } type ? $"{type}/{packet.IcmpCode}" : "");
        Word(line, "flags", packet.Flags ?? "");
        Word(line, "len", $"{packet.Length}");
        Word(line, "ttl", $"{packet.HopLimit}");
        Word(line, "mark", packet.Mark == 0 ? "" : $"0x{packet.Mark:x}");
        Word(line, "uid", $"{packet.Uid}");
        Word(line, "pid", $"{packet.Process?.Id}");
        Word(line, "process", packet.Process?.Name ?? "");
        Word(line, "prefix", Quoted(packet.Place.Prefix));
        Word(line, "comment", Quoted(packet.Place.Comment));
        return line.ToString();
    }

    private static string End(PacketEvent packet, string? address, int? port)
    {
        string host = address ?? "?";
        return port is null ? host : packet.Family == Family.IPv4 ? $"{host}:{port}" : $"[{host}]:{port}";
    }

    private static string Quoted(string? text) => text is null ? "" : $"\"{text}\"";

    private static void Word(StringBuilder line, string name, string value)
    {
        if (value.Length > 0)
        {
            line.Append(' ').Append(name).Append(' ').Append(value);
        }
    }
}

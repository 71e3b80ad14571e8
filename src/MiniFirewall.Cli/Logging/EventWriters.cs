using System.Globalization;
using System.Text;
using System.Text.Json;
using MiniFirewall.Cli.Output;
using MiniFirewall.Packets;

namespace MiniFirewall.Cli.Logging;

/// <summary>Puts events on the output stream, one a line, at once.</summary>
internal interface IEventWriter
{
    void Write(PacketEvent packet);

    /// <summary>Tells that so many more events were lost.</summary>
    void WriteLoss(ulong count);
}

/// <summary>For people: time, what, rule, interfaces, the packet's ends, and the rest as words.</summary>
internal sealed class TextEventWriter : IEventWriter
{
    public void Write(PacketEvent packet) => Console.Out.WriteLine(Line(packet));

    public void WriteLoss(ulong count) => Console.Error.WriteLine($"minifw: {count} events were lost: they came faster than they were read");

    internal static string Line(PacketEvent packet)
    {
        var line = new StringBuilder();
        line.Append(CultureInfo.InvariantCulture, $"{packet.Time:yyyy-MM-ddTHH:mm:ss.ffffff} {packet.What,-7} {Place(packet.Place)}");
        Word(line, "in", packet.In);
        Word(line, "out", packet.Out);
        line.Append(CultureInfo.InvariantCulture, $" {packet.Protocol ?? packet.Family.Word()} {End(packet, packet.Source, packet.SourcePort)} > {End(packet, packet.Destination, packet.DestinationPort)}");
        Word(line, "type", packet.IcmpType is { } type ? $"{type}/{packet.IcmpCode}" : "");
        Word(line, "flags", packet.Flags ?? "");
        Word(line, "len", $"{packet.Length}");
        Word(line, "ttl", $"{packet.HopLimit}");
        Word(line, "mark", packet.Mark == 0 ? "" : $"0x{packet.Mark:x}");
        Word(line, "uid", $"{packet.Uid}");
        Word(line, "prefix", Quoted(packet.Place.Prefix));
        Word(line, "comment", Quoted(packet.Place.Comment));
        return line.ToString();
    }

    private static string Place(CountedPlaceName place) => place switch
    {
        { Chain: "" } => "-",
        { Number: 0 } => $"{place.Chain} policy",
        _ => $"{place.Chain} {place.Number}",
    };

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

/// <summary>For programs: one JSON object a line; what does not apply is left out.</summary>
internal sealed class JsonEventWriter : IEventWriter
{
    public void Write(PacketEvent packet) => JsonOutput.Line(json => Write(json, packet));

    public void WriteLoss(ulong count) => JsonOutput.Line(json =>
    {
        json.WriteStartObject();
        json.WriteNumber("lost", count);
        json.WriteEndObject();
    });

    private static void Write(Utf8JsonWriter json, PacketEvent packet)
    {
        json.WriteStartObject();
        json.WriteString("time", packet.Time);
        json.WriteString("verdict", packet.What);
        WritePlace(json, packet.Place);
        json.WriteString("hook", packet.Hook.Word());
        json.WriteString("family", packet.Family.Word());
        Text(json, "in", packet.In);
        Text(json, "out", packet.Out);
        Text(json, "protocol", packet.Protocol);
        Text(json, "source", packet.Source);
        Number(json, "sourcePort", packet.SourcePort);
        Text(json, "destination", packet.Destination);
        Number(json, "destinationPort", packet.DestinationPort);
        Number(json, "icmpType", packet.IcmpType);
        Number(json, "icmpCode", packet.IcmpCode);
        Text(json, "flags", packet.Flags);
        json.WriteNumber("length", packet.Length);
        Number(json, "ttl", packet.HopLimit);
        json.WriteNumber("mark", packet.Mark);
        Number(json, "uid", packet.Uid);
        json.WriteEndObject();
    }

    private static void WritePlace(Utf8JsonWriter json, CountedPlaceName place)
    {
        if (place.Chain.Length > 0)
        {
            json.WriteString("chain", place.Chain);
            json.WriteNumber("rule", place.Number);
        }

        Text(json, "comment", place.Comment);
        Text(json, "prefix", place.Prefix);
    }

    private static void Text(Utf8JsonWriter json, string name, string? value)
    {
        if (!string.IsNullOrEmpty(value))
        {
            json.WriteString(name, value);
        }
    }

    private static void Number(Utf8JsonWriter json, string name, long? value)
    {
        if (value is { } number)
        {
            json.WriteNumber(name, number);
        }
    }
}

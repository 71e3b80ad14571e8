using System.Text.Json;
using MiniFirewall.Cli.Output;

namespace MiniFirewall.Cli.Logging;

/// <summary>Events for programs, on the output stream: one JSON object a line; what does not apply is left out.</summary>
internal sealed class JsonEventWriter : IEventWriter
{
    public void Write(PacketEvent packet) => JsonOutput.Line(json => Write(json, packet));

    public void WriteLoss(ulong count) => WriteCount("lost", count);

    public void WriteLeftOut(ulong count) => WriteCount("leftOut", count);

    /// <summary>An event as a line.</summary>
    internal static string Line(PacketEvent packet) => JsonOutput.Text(json => Write(json, packet));

    /// <summary>Something that is told of events, as a line.</summary>
    internal static string NoteLine(string text) => JsonOutput.Text(json =>
    {
        json.WriteStartObject();
        json.WriteString("note", text);
        json.WriteEndObject();
    });

    private static void WriteCount(string name, ulong count) => JsonOutput.Line(json =>
    {
        json.WriteStartObject();
        json.WriteNumber(name, count);
        json.WriteEndObject();
    });

    private static void Write(Utf8JsonWriter json, PacketEvent packet)
    {
        json.WriteStartObject();
        json.WriteString("time", packet.Time);
        json.WriteString("verdict", packet.What);
        WritePlace(json, packet.Place);
        Number(json, "id", packet.Record.Counter == 0 ? null : packet.Record.Counter);
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
        Number(json, "pid", packet.Process?.Id);
        Text(json, "process", packet.Process?.Name);
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

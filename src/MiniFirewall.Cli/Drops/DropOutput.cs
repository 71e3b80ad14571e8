using System.Collections.Immutable;
using System.Text.Json;
using MiniFirewall.Cli.Logging;
using MiniFirewall.Cli.Output;

namespace MiniFirewall.Cli.Drops;

/// <summary>Drops as text or as JSON.</summary>
internal static class DropOutput
{
    internal static void WriteCounters(ImmutableArray<DropCounter> counters)
    {
        if (counters.IsEmpty)
        {
            Console.Out.WriteLine("no rule or policy in force has dropped anything yet");
            return;
        }

        var table = new PlainTable(">packets", ">bytes", "dropped by", "rule");
        foreach (DropCounter counter in counters)
        {
            table.Add($"{counter.Counters.Packets}", $"{counter.Counters.Bytes}", PlaceOf(counter), counter.Text);
        }

        table.Write(Console.Out);
    }

    internal static void WriteGroups(DropWatch watch, TimeSpan watched)
    {
        DropGroup[] groups = [.. watch.Groups];
        Console.Out.WriteLine(groups.Length == 0 ? $"nothing was dropped in {watched.TotalSeconds:0.#} s of watching" : $"dropped in {watched.TotalSeconds:0.#} s of watching:");
        var table = new PlainTable(">packets", "dropped by", "interface", "from", "to", "process");
        foreach (DropGroup group in groups)
        {
            table.Add($"{group.Packets}", group.Place, group.Interface, group.First.Source ?? "?", group.To, group.First.Process is { } process ? $"{process.Name} ({process.Id})" : "");
        }

        if (groups.Length > 0)
        {
            table.Write(Console.Out);
        }

        foreach (string allow in groups.Select(group => group.Allow).OfType<string>().Distinct())
        {
            Console.Out.WriteLine($"allow this: {allow}");
        }

        TellLoss(watch);
    }

    internal static void TellLoss(DropWatch watch)
    {
        if (watch.Lost > 0 || watch.LeftOut > 0)
        {
            Console.Error.WriteLine($"minifw: {watch.Lost} events were lost and {watch.LeftOut} left out: they came faster than they were read, or of too many kinds");
        }
    }

    internal static void WriteLine(PacketEvent packet, DropGroup group, bool isFirst)
    {
        Console.Out.WriteLine(EventText.Of(packet));
        if (isFirst && group.Allow is { } allow)
        {
            Console.Out.WriteLine($"    allow this: {allow}");
        }

        Console.Out.Flush();
    }

    internal static void WriteJsonLine(PacketEvent packet, DropGroup group) => JsonOutput.Line(json =>
    {
        json.WriteStartObject();
        json.WriteString("time", packet.Time);
        WritePacket(json, packet, group.Allow);
        json.WriteEndObject();
    });

    /// <param name="watch">Null where nothing was watched.</param>
    internal static void WriteJson(Utf8JsonWriter json, ImmutableArray<DropCounter> counters, DropWatch? watch, TimeSpan watched)
    {
        json.WriteStartObject();
        json.WriteStartArray("counters");
        foreach (DropCounter counter in counters)
        {
            json.WriteStartObject();
            json.WriteString("chain", counter.Chain);
            json.WriteNumber("rule", counter.Number);
            json.WriteString("text", counter.Text);
            json.WriteCounters(counter.Counters);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteNumber("watchedSeconds", watch is null ? 0 : watched.TotalSeconds);
        json.WriteStartArray("drops");
        foreach (DropGroup group in watch?.Groups ?? [])
        {
            json.WriteStartObject();
            json.WriteNumber("packets", group.Packets);
            json.WriteNumber("bytes", group.Bytes);
            WritePacket(json, group.First, group.Allow);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteNumber("lost", watch?.Lost ?? 0);
        json.WriteEndObject();
    }

    private static void WritePacket(Utf8JsonWriter json, PacketEvent packet, string? allow)
    {
        json.WriteString("verdict", packet.What);
        if (packet.Place.Chain.Length > 0)
        {
            json.WriteString("chain", packet.Place.Chain);
            json.WriteNumber("rule", packet.Place.Number);
        }

        (string Name, string? Text)[] texts =
        [
            ("hook", packet.Hook.Word()), ("family", packet.Family.Word()), ("in", packet.In), ("out", packet.Out), ("protocol", packet.Protocol),
            ("source", packet.Source), ("destination", packet.Destination), ("process", packet.Process?.Name), ("comment", packet.Place.Comment), ("allow", allow),
        ];
        foreach ((string name, string? text) in texts.Where(member => !string.IsNullOrEmpty(member.Text)))
        {
            json.WriteString(name, text);
        }

        (string Name, long? Number)[] numbers = [("sourcePort", packet.SourcePort), ("destinationPort", packet.DestinationPort), ("icmpType", packet.IcmpType), ("pid", packet.Process?.Id), ("uid", packet.Uid)];
        foreach ((string name, long? number) in numbers.Where(member => member.Number is not null))
        {
            json.WriteNumber(name, number!.Value);
        }
    }

    private static string PlaceOf(DropCounter counter) => counter.Number == 0 ? $"{counter.Chain} policy" : $"{counter.Chain} {counter.Number}";
}

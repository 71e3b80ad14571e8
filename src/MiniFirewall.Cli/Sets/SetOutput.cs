using System.Text;
using System.Text.Json;
using MiniFirewall.Cli.Output;
using MiniFirewall.Engine.Sets;
using MiniFirewall.Policy;
using MiniFirewall.Policy.Sets;
using MiniFirewall.Rules.Sets;

namespace MiniFirewall.Cli.Sets;

/// <summary>Sets in force, as text or JSON.</summary>
internal static class SetOutput
{
    /// <summary>A set with its elements.</summary>
    internal static void Write(NamedSet set, bool asJson)
    {
        if (asJson)
        {
            JsonOutput.Document(json => WriteJson(json, set));
            return;
        }

        var text = new StringBuilder();
        SetNotation.Print(text, set);
        foreach (ReadOnlyMemory<char> chunk in text.GetChunks())
        {
            Console.Out.Write(chunk.Span);
        }
    }

    /// <summary>What sets there are.</summary>
    internal static void Write(IReadOnlyList<SetSummary> sets, bool asJson)
    {
        if (asJson)
        {
            JsonOutput.Document(json => WriteJson(json, sets));
            return;
        }

        var table = new PlainTable("set", "type", ">elements", ">KiB");
        foreach (SetSummary summary in sets)
        {
            table.Add(summary.Set.Name, summary.Set.Type.Name, $"{summary.Count}", $"{summary.Bytes / 1024}");
        }

        table.Write(Console.Out);
    }

    private static void WriteJson(Utf8JsonWriter json, IReadOnlyList<SetSummary> sets)
    {
        json.WriteStartArray();
        foreach (SetSummary summary in sets)
        {
            json.WriteStartObject();
            json.WriteString("name", summary.Set.Name);
            json.WriteString("type", summary.Set.Type.Name);
            json.WriteNumber("elements", summary.Count);
            json.WriteNumber("bytes", summary.Bytes);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteJson(Utf8JsonWriter json, NamedSet set)
    {
        json.WriteStartObject();
        json.WriteString("name", set.Name);
        json.WriteString("type", set.Type.Name);
        if (set.IsDynamic)
        {
            json.WriteNumber("maxelem", set.Details.Most);
        }

        if (set.Details.Timeout is { } usual)
        {
            json.WriteNumber("timeout", usual);
        }

        json.WriteStartArray("elements");
        foreach (SetElement element in set.Elements.Sorted())
        {
            json.WriteStartObject();
            json.WriteString("entry", SetNotation.Print(set.Type, element));
            if (element.NoMatch)
            {
                json.WriteBoolean("nomatch", true);
            }

            WriteState(json, set, set.Elements.StateOf(element));
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteState(Utf8JsonWriter json, NamedSet set, SetElementState state)
    {
        if (state.Seconds is { } seconds)
        {
            json.WriteNumber("timeout", seconds);
        }

        if (set.Details.Counts)
        {
            json.WriteNumber("packets", state.Packets);
            json.WriteNumber("bytes", state.Bytes);
        }

        if (state.Comment.Length > 0)
        {
            json.WriteString("comment", state.Comment);
        }
    }
}

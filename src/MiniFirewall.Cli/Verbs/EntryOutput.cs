using System.Collections.Immutable;
using System.Text.Json;
using MiniFirewall.Cli.Output;
using MiniFirewall.Engine;
using MiniFirewall.Packets;
using MiniFirewall.Rules.Model;
using MiniFirewall.Verbs;

namespace MiniFirewall.Cli.Verbs;

/// <summary>Entries as a table or as JSON, with what they have counted.</summary>
internal static class EntryOutput
{
    private static readonly Direction[] Directions = [Direction.In, Direction.Out, Direction.Routed];

    internal static void Write(LoadedRuleSet? loaded)
    {
        if (loaded is null)
        {
            Console.Out.WriteLine("no rules are loaded in this network namespace: minifw lets every packet pass");
            return;
        }

        RuleSet rules = loaded.Rules;
        Console.Out.WriteLine($"default: {string.Join(", ", Directions.Select(direction => $"{DefaultOf(rules, direction)} ({direction.DefaultWord()})"))}; logging {(DefaultEditor.IsLogging(rules) ? "on" : "off")}");
        ImmutableArray<Entry> entries = EntryList.Of(rules).Entries;
        if (entries.IsEmpty)
        {
            Console.Out.WriteLine("no entries");
            return;
        }

        Console.Out.WriteLine();
        var table = new PlainTable(">#", "id", "to", "action", "from", ">packets", "comment");
        foreach (Entry entry in entries)
        {
            Intent? intent = entry.Intent;
            table.Add(
                $"{entry.Number}", entry.Id, intent is null ? $"({entry.Direction.Chain()})" : IntentText.To(intent) + Only(entry.Families), ActionOf(entry),
                intent is null ? entry.Text + Only(entry.Families) : IntentText.From(intent) + Only(entry.Families), $"{CountersOf(loaded, entry).Packets}", intent?.Comment ?? "");
        }

        table.Write(Console.Out);
    }

    internal static void WriteJson(Utf8JsonWriter json, LoadedRuleSet? loaded)
    {
        RuleSet rules = loaded?.Rules ?? RuleSet.Empty;
        json.WriteStartObject();
        json.WriteBoolean("loaded", loaded is not null);
        json.WriteStartObject("default");
        foreach (Direction direction in Directions)
        {
            json.WriteString(direction.DefaultWord(), DefaultOf(rules, direction));
        }

        json.WriteEndObject();
        json.WriteBoolean("logging", DefaultEditor.IsLogging(rules));
        json.WriteStartArray("entries");
        foreach (Entry entry in EntryList.Of(rules).Entries)
        {
            WriteEntry(json, entry, CountersOf(loaded!, entry));
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteEntry(Utf8JsonWriter json, Entry entry, Counters counters)
    {
        json.WriteStartObject();
        json.WriteNumber("number", entry.Number);
        json.WriteString("id", entry.Id);
        json.WriteString("direction", entry.Direction.DefaultWord());
        if (entry.Intent is { } intent)
        {
            json.WriteString("command", entry.Text);
            json.WriteString("action", intent.Action.Word());
            json.WriteString("to", IntentText.To(intent));
            json.WriteString("from", IntentText.From(intent));
            if (intent.App is { } app)
            {
                json.WriteString("app", app);
            }

            if (intent.Comment is { } comment)
            {
                json.WriteString("comment", comment);
            }
        }

        json.WriteStartArray("families");
        foreach (Family family in new[] { Family.IPv4, Family.IPv6 }.Where(family => entry.Families.Has(family)))
        {
            json.WriteStringValue(family.Word());
        }

        json.WriteEndArray();
        json.WriteCounters(counters);
        json.WriteStartArray("rules");
        for (int i = 0; i < entry.Rules.Length; i++)
        {
            json.WriteStartObject();
            json.WriteString("chain", entry.Direction.Chain());
            json.WriteNumber("number", entry.First + i + 1);
            json.WriteString("text", entry.Rules[i].ToString());
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static string DefaultOf(RuleSet rules, Direction direction) => DefaultEditor.Of(rules, direction)?.Word() ?? "differs by family";

    private static string ActionOf(Entry entry) => entry.Intent is not { } intent ? "rule"
        : $"{intent.Action.Word()} {entry.Direction switch { Direction.In => "in", Direction.Out => "out", _ => "routed" }}{intent.Log switch { EntryLog.New => " (log)", EntryLog.All => " (log-all)", _ => "" }}";

    private static string Only(FamilySet families) => families switch { FamilySet.IPv4 => " (IPv4)", FamilySet.IPv6 => " (IPv6)", _ => "" };

    /// <summary>What the rules that give verdicts have counted; a rule that only reports or keeps lists counts the same packets again.</summary>
    private static Counters CountersOf(LoadedRuleSet loaded, Entry entry)
    {
        Chain chain = loaded.Rules.Find(entry.Direction.Chain())!;
        ulong packets = 0, bytes = 0;
        for (int i = 0; i < entry.Rules.Length; i++)
        {
            if (entry.Rules.Length > 1 && entry.Rules[i].Target.Decides is null)
            {
                continue;
            }

            foreach (Family family in new[] { Family.IPv4, Family.IPv6 }.Where(family => entry.Rules[i].Families.Has(family)))
            {
                Counters counted = loaded.OfRule(chain, entry.First + i + 1, family);
                (packets, bytes) = (packets + counted.Packets, bytes + counted.Bytes);
            }
        }

        return new(packets, bytes);
    }
}

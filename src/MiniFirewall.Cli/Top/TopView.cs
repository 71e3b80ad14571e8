using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using MiniFirewall.Cli.Output;

namespace MiniFirewall.Cli.Top;

/// <summary>Rates as lines, or as JSON.</summary>
internal sealed class TopView(TopSample sample, ImmutableArray<RuleRate> rates)
{
    private double Drops => rates.Where(rate => rate.Drops).Sum(rate => rate.Packets);

    /// <summary>As many lines as there is room for, none longer than the room.</summary>
    internal void Write(TextWriter output, int lines, int columns)
    {
        using var text = new StringWriter { NewLine = "\n" };
        WriteHead(text);
        Table(Math.Max(lines - 3, 1)).Write(text);
        foreach (string line in text.ToString().TrimEnd('\n').Split('\n').Take(lines))
        {
            output.WriteLine(line.Length > columns ? line[..columns] : line);
        }
    }

    internal void WriteJson(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteNumber("generation", sample.Loaded.Generation);
        json.WriteNumber("dropsPerSecond", Math.Round(Drops, 1));
        if (sample.Connections is { } table)
        {
            json.WriteStartObject("connections");
            json.WriteNumber("used", table.Used);
            json.WriteNumber("max", table.Most);
            json.WriteNumber("refused", table.Refused);
            json.WriteEndObject();
        }

        json.WriteStartArray("rules");
        foreach (RuleRate rate in rates)
        {
            json.WriteStartObject();
            json.WriteString("chain", rate.Chain);
            json.WriteNumber("rule", rate.Number);
            json.WriteString("text", rate.Text);
            json.WriteBoolean("drops", rate.Drops);
            json.WriteNumber("packetsPerSecond", Math.Round(rate.Packets, 1));
            json.WriteNumber("bytesPerSecond", Math.Round(rate.Bytes, 1));
            json.WriteNumber("packets", rate.AllPackets);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private void WriteHead(TextWriter text)
    {
        string connections = sample.Connections is { } table ? $"{table.Used} of {table.Most} connections" : "no connections tracked";
        text.WriteLine($"minifw top, {DateTime.Now.ToString("HH:mm:ss", CultureInfo.InvariantCulture)}: {Counted.Rules(rates.Count(rate => rate.Number > 0))}, {connections}, {Rounded(Drops)} drops/s");
        text.WriteLine();
    }

    private PlainTable Table(int rows)
    {
        var table = new PlainTable(">packets/s", ">bytes/s", ">packets", "", "where", "rule");
        foreach (RuleRate rate in rates.Take(rows))
        {
            table.Add(Rounded(rate.Packets), Rounded(rate.Bytes), $"{rate.AllPackets}", rate.Drops ? "x" : "", rate.Place, rate.Text);
        }

        return table;
    }

    private static string Rounded(double number) => number.ToString(number is > 0 and < 10 ? "0.0" : "0", CultureInfo.InvariantCulture);
}

using System.Globalization;

namespace MiniFirewall.Bench.Classify;

/// <summary>
/// docs/performance.md: tables between marks, "&lt;!-- NAME -->" and "&lt;!-- /NAME -->", and beside it all figures as CSV and
/// the plot. What a run has not measured stays as it was.
/// </summary>
internal sealed class PerformanceDocument(string directory)
{
    internal void Write(Measurements found)
    {
        Write(found.Tables);
        if (found.Packets.Count > 0)
        {
            File.WriteAllText(Path.Combine(directory, "performance-packets.svg"), CostPlots.OfPackets(found.Packets));
        }

        if (found.Traffic.Count > 0)
        {
            File.WriteAllText(Path.Combine(directory, "performance-traffic.svg"), CostPlots.OfTraffic(found.Traffic));
        }
    }

    internal void Write(IEnumerable<(string Name, TextTable Table)> tables)
    {
        string path = Path.Combine(directory, "performance.md");
        string text = File.ReadAllText(path);
        string when = DateTime.UtcNow.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
        string kernel = File.ReadAllText("/proc/sys/kernel/osrelease").Trim();
        foreach ((string name, TextTable table) in tables)
        {
            text = Replace(text, name, $"\n{table}\n{when}, Linux {kernel}, {Environment.ProcessorCount} processors ({Processor()}).\n");
            File.WriteAllText(Path.Combine(directory, $"performance-{name}.csv"), table.ToCsv());
        }

        File.WriteAllText(path, text);
    }

    private static string Replace(string text, string name, string table)
    {
        string begin = $"<!-- {name} -->\n", end = $"\n<!-- /{name} -->";
        int from = text.IndexOf(begin, StringComparison.Ordinal), to = text.IndexOf(end, StringComparison.Ordinal);
        return from >= 0 && to >= from
            ? $"{text[..(from + begin.Length)]}{table}{text[to..]}"
            : throw new InvalidOperationException($"docs/performance.md has no place for {name}: a line {begin.Trim()} and a line {end.Trim()}");
    }

    private static string Processor() =>
        File.ReadLines("/proc/cpuinfo").FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal))?.Split(':')[1].Trim() ?? "unknown";
}

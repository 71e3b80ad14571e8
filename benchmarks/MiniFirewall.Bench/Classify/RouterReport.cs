namespace MiniFirewall.Bench.Classify;

/// <summary>The tables of <see cref="RouterBench"/>.</summary>
internal static class RouterReport
{
    /// <summary>One column an engine: ns that it adds to a packet's way through a router without rules.</summary>
    internal static TextTable Traffic(IReadOnlyList<TrafficResult> results)
    {
        string[] engines = [.. results.Select(r => r.Engine).Where(engine => engine is not ("none" or "bpf-drop")).Distinct()];
        var table = new TextTable(["rules", "list", "packets", .. engines.Select(engine => $"{engine}, ns"), "notes"]);
        foreach (var row in results.Where(r => engines.Contains(r.Engine)).GroupBy(r => (r.Rules, r.List, r.Traffic)))
        {
            Dictionary<string, TrafficResult> cells = row.ToDictionary(r => r.Engine);
            string Cell(string engine) => !cells.TryGetValue(engine, out TrafficResult? r) ? "" : double.IsNaN(r.Ratio) ? "–" : $"{r.Nanoseconds:F0}";
            string notes = string.Join("; ", row.Where(r => r.Note.Length > 0).Select(r => $"{r.Engine}: {r.Note}"));
            table.Add([$"{row.Key.Rules}", row.Key.List, row.Key.Traffic, .. engines.Select(Cell), notes]);
        }

        return table;
    }

    internal static TextTable Loads(IReadOnlyList<LoadTime> results)
    {
        var table = new TextTable("rules", "engine", "best, ms", "median, ms");
        foreach (LoadTime r in results)
        {
            table.Add($"{r.Rules}", r.Engine, $"{r.Best:F1}", $"{r.Median:F1}");
        }

        return table;
    }
}

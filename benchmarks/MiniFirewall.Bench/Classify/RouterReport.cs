namespace MiniFirewall.Bench.Classify;

/// <summary>The tables of <see cref="RouterBench"/>.</summary>
internal static class RouterReport
{
    internal static TextTable Traffic(IReadOnlyList<TrafficResult> results)
    {
        var table = new TextTable("rules", "list", "packets", "engine", "ns over no rules", "ratio", "note");
        foreach (TrafficResult r in results)
        {
            bool none = double.IsNaN(r.Ratio);
            table.Add($"{r.Rules}", r.List, r.Traffic, r.Engine, none ? "" : $"{r.Nanoseconds:F0}", none ? "" : $"{r.Ratio:F3}", r.Note);
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

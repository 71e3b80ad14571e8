namespace MiniFirewall.Bench.Classify;

/// <summary>The tables of <see cref="LoadBench"/>.</summary>
internal static class LoadReport
{
    internal static TextTable Processes(IReadOnlyList<ProcessResult> results)
    {
        var table = new TextTable("rules", "list", "command", "runs", "best, ms", "median, ms", "limit, ms", "note");
        foreach (ProcessResult r in results)
        {
            bool failed = r.Failure is not null;
            table.Add(
                r.Size, r.List, r.Command, failed ? "" : $"{r.Runs}", failed ? "" : $"{r.Best:F1}", failed ? "" : $"{r.Median:F1}", Limit(r.Limit), r.Failure ?? "");
        }

        return table;
    }

    internal static TextTable Memory(IReadOnlyList<MemoryResult> results)
    {
        var table = new TextTable("rules", "list", "maps and programs, KiB", "beyond 2 MiB, B a rule", "charged, KiB", "beyond 2 MiB, B a rule of it", "limit, B");
        foreach (MemoryResult r in results)
        {
            table.Add(
                $"{r.Rules}", r.List, $"{r.Objects / 1024}", $"{r.ObjectsPerRule:F0}",
                r.Charged is { } charged ? $"{charged / 1024}" : "", r.ChargedPerRule is { } each ? $"{each:F0}" : "", Limit(r.Limit));
        }

        return table;
    }

    private static string Limit(double? limit) => limit is { } value ? $"≤ {value}" : "";
}

namespace MiniFirewall.Bench.Classify;

/// <summary>The tables of <see cref="PacketBench"/>.</summary>
internal static class PacketReport
{
    internal static TextTable Lookups(IReadOnlyList<LookupResult> results)
    {
        var table = new TextTable("entries of the map", "best, ns", "median, ns", "");
        foreach (LookupResult r in results)
        {
            table.Add($"{r.Entries}", $"{r.Best:F0}", $"{r.Median:F0}", r.Entries == HashLookup.UnitEntries ? "H" : "");
        }

        return table;
    }

    /// <summary>One row a size and variant: mean and worst over the lists, beside the limits.</summary>
    internal static TextTable Summary(IReadOnlyList<PacketResult> results)
    {
        var table = new TextTable("rules", "variant", "lists", "H, ns", "mean, ns", "mean, H", "limit of it", "worst, ns", "worst, H", "limit of that");
        foreach (var group in results.GroupBy(r => (r.Size, r.Variant)))
        {
            PacketResult[] good = [.. group.Where(r => r.Failure is null)];
            (string size, string variant) = group.Key;
            string lists = good.Length == group.Count() ? $"{good.Length}" : $"{good.Length} of {group.Count()}";
            if (good.Length == 0)
            {
                table.Add(size, variant, lists, "", "", "", Limit(Limits.OfMean(variant, size)), "", "", Limit(Limits.OfWorst(variant, size)));
                continue;
            }

            table.Add(
                size, variant, lists, $"{good.Average(r => r.Hash):F0}", $"{good.Average(r => r.Figure):F0}",
                $"{good.Average(r => r.FigureMultiple):F2}", Limit(Limits.OfMean(variant, size)),
                $"{good.Max(r => r.Figure):F0}", $"{good.Max(r => r.FigureMultiple):F2}", Limit(Limits.OfWorst(variant, size)));
        }

        return table;
    }

    internal static TextTable Details(IReadOnlyList<PacketResult> results)
    {
        var table = new TextTable(
            "list", "rules", "variant", "headers", "distinct", "best, ns", "median, ns", "over prologue, ns", "H, ns", "best, H", "median, H", "counters");
        foreach (PacketResult r in results)
        {
            if (r.Failure is not null)
            {
                table.Add(r.List, $"{r.Rules}", r.Variant, "", "", "", "", "", "", "", "", r.Failure);
                continue;
            }

            table.Add(
                r.List, $"{r.Rules}", r.Variant, $"{r.Headers}", $"{r.Distinct}", $"{r.Best:F0}", $"{r.Median:F0}", $"{r.OverPrologue:F0}",
                $"{r.Hash:F0}", $"{r.Multiple:F2}", $"{r.MedianMultiple:F2}", r.Wrong ?? "exact");
        }

        return table;
    }

    private static string Limit(double? limit) => limit is { } value ? $"≤ {value}" : "";
}

namespace MiniFirewall.Bench.Classify;

/// <summary>The plots of cost against rules.</summary>
internal static class CostPlots
{
    private static readonly string[] Variants = [PacketVariants.Plain, PacketVariants.Chains, AddressForm.Site.Name, AddressForm.Spread.Name];

    internal static string OfPackets(IReadOnlyList<PacketResult> results)
    {
        PacketResult[] good = [.. results.Where(r => r.Failure is null)];
        var plot = new SvgPlot("A packet's cost against the rules of the list (ClassBench lists and traces, mean)", "rules", "ns over the empty program");
        foreach (string variant in Variants)
        {
            plot.Add(variant, [.. Points(good.Where(r => r.Variant == variant), of => of.Average(r => r.Best))]);
        }

        plot.Add("IPv4 plain, worst list", [.. Points(good.Where(r => r.Variant == PacketVariants.Plain), of => of.Max(r => r.Best))]);
        plot.Add("H: one hash-map look-up", [.. Points(good, of => of.Average(r => r.Hash))]);
        return plot.ToString();
    }

    internal static string OfTraffic(IReadOnlyList<TrafficResult> results)
    {
        var plot = new SvgPlot("What an engine adds to a real packet (generated lists, every rule is met)", "rules", "ns over no rules");
        foreach (var engine in results.Where(r => r.List.StartsWith("generated", StringComparison.Ordinal) && r.Traffic == "every rule").GroupBy(r => r.Engine))
        {
            plot.Add(engine.Key, [.. engine.Select(r => ((double)r.Rules, r.Nanoseconds))]);
        }

        return plot.ToString();
    }

    /// <summary>One point a size: at the mean of its lists' lengths.</summary>
    private static IEnumerable<(double Rules, double Cost)> Points(IEnumerable<PacketResult> results, Func<IEnumerable<PacketResult>, double> cost) =>
        results.GroupBy(r => r.Size).Select(size => (size.Average(r => (double)r.Rules), cost(size))).OrderBy(point => point.Item1);
}

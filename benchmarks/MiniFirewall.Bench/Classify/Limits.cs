namespace MiniFirewall.Bench.Classify;

/// <summary>What the project has set itself, in multiples of H; sizes that are not named have no limit of their own.</summary>
internal static class Limits
{
    private static readonly Dictionary<string, double> Mean = new() { ["10"] = 0.2, ["1k"] = 0.7, ["10k"] = 1, ["100k"] = 1 };
    private static readonly Dictionary<string, double> Worst = new() { ["1k"] = 1, ["10k"] = 1.5, ["100k"] = 2 };
    private static readonly Dictionary<string, double> Sixth = new() { ["10"] = 0.3, ["1k"] = 1, ["10k"] = 1.5, ["100k"] = 2 };

    internal static double? OfMean(string variant, string size) =>
        variant == PacketVariants.Plain ? Find(Mean, size) : variant.StartsWith("IPv6", StringComparison.Ordinal) ? Find(Sixth, size) : null;

    internal static double? OfWorst(string variant, string size) => variant == PacketVariants.Plain ? Find(Worst, size) : null;

    private static double? Find(Dictionary<string, double> limits, string size) => limits.TryGetValue(size, out double limit) ? limit : null;
}

namespace MiniFirewall.Bench.Classify;

/// <summary>Wall time of a whole command; ms.</summary>
/// <param name="Limit">ms; null where the project has set itself none.</param>
/// <param name="Failure">Why there are no figures; null where there are.</param>
internal sealed record ProcessResult(string Size, string List, string Command, double? Limit)
{
    internal int Runs { get; init; }

    internal double Best { get; init; }

    internal double Median { get; init; }

    internal string? Failure { get; init; }
}

/// <summary>Kernel memory that a list takes, counters included; bytes.</summary>
/// <param name="Objects">The sum over pinned maps and programs.</param>
/// <param name="Charged">What a memory control group around the command was charged; null where there is none.</param>
internal sealed record MemoryResult(string Size, string List, int Rules, long Objects, long? Charged)
{
    private const double Fixed = 2 << 20;

    internal double ObjectsPerRule => Math.Max(0, (Objects - Fixed) / Rules);

    internal double? ChargedPerRule => Charged is { } charged ? Math.Max(0, (charged - Fixed) / Rules) : null;

    internal double? Limit => Size switch { "10k" => 200, "100k" => 150, _ => null };
}

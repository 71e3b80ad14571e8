namespace MiniFirewall.Bench.Classify;

/// <summary>What one list, in one form and under one kind of traffic, costs a packet; ns.</summary>
/// <param name="Variant">Form and traffic, such as "IPv6 spread" or "IPv4 cold 400".</param>
/// <param name="Failure">Why there are no figures; null where there are.</param>
internal sealed record PacketResult(string Family, string Size, string List, string Variant, int Rules, string? Failure = null)
{
    internal int Headers { get; init; }

    internal int Distinct { get; init; }

    /// <summary>Over the empty program, the measuring's own cost taken off: best of the rounds, and median of the rounds' differences.</summary>
    internal double Best { get; init; }

    internal double Median { get; init; }

    /// <summary>Over the same prologue and verdict with no rules: best of the rounds.</summary>
    internal double OverPrologue { get; init; }

    /// <summary>H in the same rounds: best and median.</summary>
    internal double Hash { get; init; }

    internal double HashMedian { get; init; }

    /// <summary>What the counters' check said; null where all are right.</summary>
    internal string? Wrong { get; init; }

    /// <summary>The baseline is so large that the least of the rounds says little: the median is the figure.</summary>
    internal bool IsNoisy { get; init; }

    internal double Figure => IsNoisy ? Median : Best;

    internal double FigureMultiple => IsNoisy ? MedianMultiple : Multiple;

    internal double Multiple => Best / Hash;

    internal double MedianMultiple => Median / HashMedian;
}

/// <summary>One look-up in a BPF hash map; ns.</summary>
internal sealed record LookupResult(int Entries, double Best, double Median);

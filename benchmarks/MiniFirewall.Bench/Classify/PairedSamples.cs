namespace MiniFirewall.Bench.Classify;

/// <summary>A thing and its baseline, measured in the same rounds.</summary>
internal sealed class PairedSamples
{
    private readonly Samples _thing = new(), _baseline = new();

    /// <summary>Least of the one less least of the other: the machine's quiet state.</summary>
    internal double Best => _thing.Percentile(0) - _baseline.Percentile(0);

    /// <summary>Median of the rounds' differences.</summary>
    internal double Median => _thing.Above(_baseline);

    internal void Add(double thing, double baseline)
    {
        _thing.Add(thing);
        _baseline.Add(baseline);
    }
}

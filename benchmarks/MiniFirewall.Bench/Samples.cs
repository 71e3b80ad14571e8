namespace MiniFirewall.Bench;

/// <summary>Numbers of one thing measured again and again, beside others, in one run.</summary>
internal sealed class Samples
{
    private readonly List<double> _values = [];

    internal double Median => Percentile(0.5);

    internal void Add(double value) => _values.Add(value);

    internal double Percentile(double fraction)
    {
        List<double> sorted = [.. _values.Order()];
        return sorted[(int)((sorted.Count - 1) * fraction)];
    }

    /// <summary>Median over rounds of this sample minus the baseline's of the same round.</summary>
    internal double Above(Samples baseline) => Differences(baseline).Median;

    /// <summary>The same on average, for what is done once in a while: without the hundredth at either end.</summary>
    internal double MeanAbove(Samples baseline)
    {
        const int Left = 100;
        double[] sorted = [.. Differences(baseline)._values.Order()];
        return sorted[(sorted.Length / Left)..^(sorted.Length / Left)].Average();
    }

    private Samples Differences(Samples baseline)
    {
        var differences = new Samples();
        for (int i = 0; i < _values.Count; i++)
        {
            differences.Add(_values[i] - baseline._values[i]);
        }

        return differences;
    }
}

using MiniFirewall.Bench.ClassBench;

namespace MiniFirewall.Bench.Classify;

/// <summary>A loaded list under one kind of traffic, and what has been measured of it.</summary>
internal sealed class PacketSubject(PacketResult result, TracedList list, HeaderTrace traffic)
{
    /// <summary>Length of one measurement, ns; at least one pass over the traffic.</summary>
    private const double Target = 25e6;

    private const int SliceLength = 1000;

    private readonly PairedSamples _overEmpty = new(), _overPrologue = new();

    /// <summary>Runs each of the three programs over whole passes of the traffic, after one that warms.</summary>
    internal void Measure()
    {
        if (result.IsNoisy)
        {
            MeasureSlices();
            return;
        }

        list.Use(traffic.Headers);
        double warm = list.Run(list.Whole, traffic.Headers.Length);
        Add(traffic.Headers.Length * Math.Max(1, (int)(Target / (Math.Max(warm, 20) * traffic.Headers.Length))));
    }

    /// <summary>Where a run is long, the machine changes within one: many short ones, each over a part of the traffic of its own.</summary>
    private void MeasureSlices()
    {
        for (int from = 0; from + SliceLength <= traffic.Headers.Length; from += SliceLength)
        {
            list.Use(traffic.Headers.AsSpan(from, SliceLength));
            Add(SliceLength);
        }
    }

    private void Add(int runs)
    {
        double whole = list.Run(list.Whole, runs);
        _overPrologue.Add(whole, list.Run(list.Prologue, runs));
        _overEmpty.Add(whole, list.Run(list.Measuring, runs));
    }

    internal PacketResult Finish(PairedSamples hash) => result with
    {
        Headers = traffic.Headers.Length,
        Distinct = traffic.Distinct,
        Best = _overEmpty.Best,
        Median = _overEmpty.Median,
        OverPrologue = _overPrologue.Best,
        Hash = hash.Best,
        HashMedian = hash.Median,
        Wrong = list.CheckCounters(traffic),
    };
}

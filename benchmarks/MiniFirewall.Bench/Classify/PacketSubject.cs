using MiniFirewall.Bench.ClassBench;
using MiniFirewall.Bpf;

namespace MiniFirewall.Bench.Classify;

/// <summary>A loaded list under one kind of traffic, and what has been measured of it.</summary>
internal sealed class PacketSubject(PacketResult result, TracedList list, Traffic traffic)
{
    /// <summary>Length of one measurement, ns; at least one pass over the traffic.</summary>
    private const double Target = 25e6;

    private readonly PairedSamples _overEmpty = new(), _overPrologue = new();

    /// <summary>Runs each of the three programs over whole passes of the traffic, after one that warms.</summary>
    internal void Measure()
    {
        list.Use(traffic.Headers);
        double warm = list.Run(list.Whole, traffic.Headers.Length);
        double whole = Run(list.Whole, warm);
        _overPrologue.Add(whole, Run(list.Prologue, warm));
        _overEmpty.Add(whole, Run(list.Measuring, warm));
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

    private double Run(BpfProgram program, double expected)
    {
        int passes = Math.Max(1, (int)(Target / (Math.Max(expected, 20) * traffic.Headers.Length)));
        return list.Run(program, passes * traffic.Headers.Length);
    }
}

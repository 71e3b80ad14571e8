namespace MiniFirewall.Bench.Classify;

/// <summary>All that one run of `./bench classify` has found; parts that were not asked for are empty.</summary>
internal sealed class Measurements
{
    internal List<LookupResult> Lookups { get; } = [];

    internal List<PacketResult> Packets { get; } = [];

    internal List<ProcessResult> Processes { get; } = [];

    internal List<MemoryResult> Memory { get; } = [];

    internal List<TrafficResult> Traffic { get; } = [];

    internal List<LoadTime> Loads { get; } = [];

    /// <summary>The tables that are not empty, by the names of their places in docs/performance.md.</summary>
    internal IEnumerable<(string Name, TextTable Table)> Tables =>
        new (string, TextTable)[]
        {
            ("look-ups", PacketReport.Lookups(Lookups)),
            ("packets", PacketReport.Summary(Packets)),
            ("packets-by-list", PacketReport.Details(Packets)),
            ("processes", LoadReport.Processes(Processes)),
            ("memory", LoadReport.Memory(Memory)),
            ("traffic", RouterReport.Traffic(Traffic)),
            ("loads", RouterReport.Loads(Loads)),
        }.Where(named => !named.Item2.IsEmpty);
}

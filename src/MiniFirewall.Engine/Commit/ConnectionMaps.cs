using System.Security.Cryptography;
using MiniFirewall.Bpf;
using MiniFirewall.Compiler;
using MiniFirewall.Compiler.Connections;
using MiniFirewall.Engine.State;
using MiniFirewall.Sys;
using MiniFirewall.Sys.Files;

namespace MiniFirewall.Engine.Commit;

/// <summary>
/// The connections that a namespace's programs track. Generations share them for as long as each asks for connection state; then they
/// go, for what is not kept up to date is worth nothing.
/// </summary>
internal sealed class ConnectionMaps : IDisposable
{
    private ConnectionMaps(BpfMap table, BpfMap tracking)
    {
        Table = table;
        Tracking = tracking;
    }

    /// <summary>The connections (<see cref="ConnectionTable"/>).</summary>
    internal BpfMap Table { get; }

    internal BpfMap Tracking { get; }

    internal int Buckets => ConnectionTable.BucketsOf(Table.ValueSize);

    /// <summary>The maps by the names of their pins, which are those that programs use.</summary>
    internal IEnumerable<(string Name, BpfMap Map)> Pins => [(WellKnownMaps.Connections, Table), (WellKnownMaps.Tracking, Tracking)];

    /// <summary>Those of the generation in force, or new ones where it has none.</summary>
    internal static ConnectionMaps After(GenerationState? running) => (running is null ? null : TryOpen(running.Directory)) ?? Make();

    public void Dispose()
    {
        Table.Dispose();
        Tracking.Dispose();
    }

    private static ConnectionMaps? TryOpen(DirectoryHandle generation) => generation.Contains(WellKnownMaps.Tracking)
        ? Collect(name => SharedObjects.OpenMap(generation, name))
        : null;

    private static ConnectionMaps Make()
    {
        ConnectionMaps maps = Collect(name => BpfMap.Create(name switch
        {
            WellKnownMaps.Connections => WellKnownMaps.ConnectionsSpec(ConnectionTable.DefaultBuckets),
            _ => WellKnownMaps.TrackingSpec,
        }));
        try
        {
            maps.Tracking.Update(
                new byte[maps.Tracking.KeySize],
                TrackingTable.Encode(KernelTime.Hertz, TrackingTable.DefaultSeconds, RandomNumberGenerator.GetBytes(TrackingTable.SeedBytes)));
            return maps;
        }
        catch
        {
            maps.Dispose();
            throw;
        }
    }

    private static ConnectionMaps Collect(Func<string, BpfMap> take)
    {
        BpfMap table = take(WellKnownMaps.Connections);
        try
        {
            return new(table, take(WellKnownMaps.Tracking));
        }
        catch
        {
            table.Dispose();
            throw;
        }
    }
}

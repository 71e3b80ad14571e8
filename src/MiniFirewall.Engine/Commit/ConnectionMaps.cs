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
    private ConnectionMaps(BpfMap answered, BpfMap begun, BpfMap tracking)
    {
        Answered = answered;
        Begun = begun;
        Tracking = tracking;
    }

    internal BpfMap Answered { get; }

    internal BpfMap Begun { get; }

    internal BpfMap Tracking { get; }

    /// <summary>The maps by the names of their pins, which are those that programs use.</summary>
    internal IEnumerable<(string Name, BpfMap Map)> Pins =>
        [(WellKnownMaps.Connections, Answered), (WellKnownMaps.NewConnections, Begun), (WellKnownMaps.Tracking, Tracking)];

    /// <summary>Those of the generation in force, or new ones where it has none.</summary>
    internal static ConnectionMaps After(GenerationState? running) => (running is null ? null : TryOpen(running.Directory)) ?? Make();

    public void Dispose()
    {
        Answered.Dispose();
        Begun.Dispose();
        Tracking.Dispose();
    }

    private static ConnectionMaps? TryOpen(DirectoryHandle generation) => generation.Contains(WellKnownMaps.Tracking)
        ? Collect(name => SharedObjects.OpenMap(generation, name))
        : null;

    private static ConnectionMaps Make()
    {
        ConnectionMaps maps = Collect(name => BpfMap.Create(name switch
        {
            WellKnownMaps.Connections => WellKnownMaps.ConnectionsSpec,
            WellKnownMaps.NewConnections => WellKnownMaps.NewConnectionsSpec,
            _ => WellKnownMaps.TrackingSpec,
        }));
        try
        {
            maps.Tracking.Update(new byte[maps.Tracking.KeySize], TrackingTable.Encode(KernelTime.Hertz, TrackingTable.DefaultSeconds));
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
        BpfMap? answered = null, begun = null;
        try
        {
            answered = take(WellKnownMaps.Connections);
            begun = take(WellKnownMaps.NewConnections);
            return new(answered, begun, take(WellKnownMaps.Tracking));
        }
        catch
        {
            answered?.Dispose();
            begun?.Dispose();
            throw;
        }
    }
}

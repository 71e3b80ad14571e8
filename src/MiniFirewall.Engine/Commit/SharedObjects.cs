using MiniFirewall.Bpf;
using MiniFirewall.Compiler;
using MiniFirewall.Engine.State;
using MiniFirewall.Sys.Files;

namespace MiniFirewall.Engine.Commit;

/// <summary>The maps that all generations of a namespace share, made for the first one or found again from their pins.</summary>
internal sealed class SharedObjects : IDisposable
{
    private const uint Mappable = 1 << 10; // BPF_F_MMAPABLE
    private const int EventBytes = 1 << 20;

    private SharedObjects(BpfMap control, BpfMap programs, BpfMap events, bool areNew)
    {
        Control = control;
        Programs = programs;
        Events = events;
        AreNew = areNew;
    }

    internal BpfMap Control { get; }

    /// <summary>The program array.</summary>
    internal BpfMap Programs { get; }

    internal BpfMap Events { get; }

    internal bool AreNew { get; }

    /// <summary>Makes maps that nobody else knows.</summary>
    internal static SharedObjects Make()
    {
        BpfMap? control = null, programs = null;
        try
        {
            control = BpfMap.Create(WellKnownMaps.ControlSpec with { Flags = Mappable });
            programs = BpfMap.Create(WellKnownMaps.ProgramsSpec);
            return new(control, programs, BpfMap.Create(WellKnownMaps.EventsSpec(EventBytes)), areNew: true);
        }
        catch
        {
            control?.Dispose();
            programs?.Dispose();
            throw;
        }
    }

    /// <summary>Opens the maps of a state that has a generation in force.</summary>
    internal static SharedObjects Open(DirectoryHandle directory)
    {
        BpfMap? control = null, programs = null;
        try
        {
            control = OpenMap(directory, PinNames.Control);
            programs = OpenMap(directory, PinNames.Programs);
            return new(control, programs, OpenMap(directory, PinNames.Events), areNew: false);
        }
        catch
        {
            control?.Dispose();
            programs?.Dispose();
            throw;
        }
    }

    /// <summary>What a dispatcher names.</summary>
    internal Dictionary<string, BpfMap> DispatcherMaps => new() { [WellKnownMaps.Control] = Control, [WellKnownMaps.Programs] = Programs };

    /// <summary>What a generation's program names.</summary>
    /// <param name="sets">Null where its rules have none.</param>
    /// <param name="connections">Null where nothing asks for connection state.</param>
    internal Dictionary<string, BpfMap> MapsFor(BpfMap counters, BpfMap epoch, LoadedSets? sets, ConnectionMaps? connections)
    {
        var maps = new Dictionary<string, BpfMap>
        {
            [WellKnownMaps.Control] = Control,
            [WellKnownMaps.Events] = Events,
            [WellKnownMaps.Counters] = counters,
            [WellKnownMaps.Epoch] = epoch,
        };
        if (sets is not null)
        {
            maps.Add(WellKnownMaps.Sets, sets.Map);
        }

        foreach ((string name, BpfMap map) in connections?.Pins ?? [])
        {
            maps.Add(name, map);
        }

        return maps;
    }

    public void Dispose()
    {
        Control.Dispose();
        Programs.Dispose();
        Events.Dispose();
    }

    internal static BpfMap OpenMap(DirectoryHandle directory, string name) => BpfMap.TryOpen(directory.PathOf(name))
        ?? throw new FirewallException(FirewallFailure.Refused, $"the pin {name} is missing; run 'minifw off' and apply the rules again");
}

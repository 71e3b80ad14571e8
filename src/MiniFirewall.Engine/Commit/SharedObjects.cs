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

    private SharedObjects(IReadOnlyList<BpfMap> maps, HookProvider provider, bool areNew)
    {
        Provider = provider;
        Control = maps[0];
        Programs = maps[1];
        Events = maps[2];
        Answers = maps.Count > 3 ? maps[3] : null;
        AreNew = areNew;
    }

    /// <summary>What runs the programs that look into these maps.</summary>
    internal HookProvider Provider { get; }

    internal BpfMap Control { get; }

    /// <summary>The program array.</summary>
    internal BpfMap Programs { get; }

    internal BpfMap Events { get; }

    /// <summary>Packets that want an answer, and packets for netlink groups, where some rules have asked for them.</summary>
    internal OccasionalMaps Occasional { get; } = new();

    /// <summary>Where the module finds what senders of dropped packets are told; null where it finds that elsewhere, or nothing.</summary>
    internal BpfMap? Answers { get; }

    internal bool AreNew { get; }

    /// <summary>Makes maps that nobody else knows.</summary>
    internal static SharedObjects Make(HookProvider? provider = null)
    {
        HookProvider chosen = provider ?? ProviderChoice.Default;
        return Gather(
            [
                () => BpfMap.Create(WellKnownMaps.ControlSpec with { Flags = Mappable }),
                () => BpfMap.Create(WellKnownMaps.ProgramsSpec),
                () => BpfMap.Create(WellKnownMaps.EventsSpec(EventBytes)),
                .. HasAnswers(chosen) ? [() => BpfMap.Create(WellKnownMaps.AnswersSpec)] : Array.Empty<Func<BpfMap>>(),
            ],
            chosen,
            areNew: true);
    }

    /// <summary>Opens the maps of a state that has a generation in force.</summary>
    internal static SharedObjects Open(DirectoryHandle directory)
    {
        HookProvider provider = ProviderChoice.Of(directory);
        string[] names = [PinNames.Control, PinNames.Programs, PinNames.Events, .. HasAnswers(provider) ? [PinNames.Answers] : Array.Empty<string>()];
        SharedObjects shared = Gather([.. names.Select(name => (Func<BpfMap>)(() => OpenMap(directory, name)))], provider, areNew: false);
        shared.Occasional.Open(directory);
        return shared;
    }

    private static bool HasAnswers(HookProvider provider) => ProviderChoice.ContextOf(provider) == ContextKind.Module;

    /// <summary>All maps, or an exception and none.</summary>
    private static SharedObjects Gather(Func<BpfMap>[] sources, HookProvider provider, bool areNew)
    {
        var maps = new List<BpfMap>();
        try
        {
            foreach (Func<BpfMap> source in sources)
            {
                maps.Add(source());
            }

            return new(maps, provider, areNew);
        }
        catch
        {
            maps.ForEach(map => map.Dispose());
            throw;
        }
    }

    /// <summary>What a dispatcher names.</summary>
    internal Dictionary<string, BpfMap> DispatcherMaps => WithAnswers(new() { [WellKnownMaps.Control] = Control, [WellKnownMaps.Programs] = Programs });

    /// <summary>What a generation's program names.</summary>
    /// <param name="sets">Null where its rules have none.</param>
    /// <param name="connections">Null where nothing asks for connection state.</param>
    /// <param name="recent">Null where programs get lists of their own.</param>
    /// <param name="estimators">Null where programs get estimators of their own.</param>
    /// <param name="hosts">Null where rules have no live host names.</param>
    internal Dictionary<string, BpfMap> MapsFor(BpfMap counters, BpfMap epoch, LoadedSets? sets, ConnectionMaps? connections, LoadedRecentLists? recent = null, LoadedEstimators? estimators = null, HostMap? hosts = null)
    {
        Dictionary<string, BpfMap> maps = WithAnswers(new(recent?.ByMapName ?? [])
        {
            [WellKnownMaps.Control] = Control,
            [WellKnownMaps.Events] = Events,
            [WellKnownMaps.Counters] = counters,
            [WellKnownMaps.Epoch] = epoch,
        });
        foreach ((string name, BpfMap map) in Occasional.ByName)
        {
            maps.Add(name, map);
        }

        foreach ((string name, BpfMap map) in sets?.ByMapName ?? [])
        {
            maps.Add(name, map);
        }

        foreach ((string name, BpfMap map) in estimators?.ByMapName ?? [])
        {
            maps.Add(name, map);
        }

        if (hosts is not null)
        {
            maps.Add(WellKnownMaps.Hosts, hosts.Map);
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
        Occasional.Dispose();
        Answers?.Dispose();
    }

    private Dictionary<string, BpfMap> WithAnswers(Dictionary<string, BpfMap> maps)
    {
        if (Answers is not null)
        {
            maps.Add(WellKnownMaps.Answers, Answers);
        }

        return maps;
    }

    internal static BpfMap OpenMap(DirectoryHandle directory, string name) => BpfMap.TryOpen(directory.PathOf(name))
        ?? throw new FirewallException(FirewallFailure.Refused, $"the pin {name} is missing; run 'minifw off' and apply the rules again");
}

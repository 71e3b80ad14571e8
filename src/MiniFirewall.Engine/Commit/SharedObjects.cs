using MiniFirewall.Bpf;
using MiniFirewall.Compiler;
using MiniFirewall.Engine.State;
using MiniFirewall.Rules.Model;
using MiniFirewall.Sys.Files;

namespace MiniFirewall.Engine.Commit;

/// <summary>The maps that all generations of a namespace share, made for the first one or found again from their pins.</summary>
internal sealed class SharedObjects : IDisposable
{
    private const uint Mappable = 1 << 10; // BPF_F_MMAPABLE
    private const int EventBytes = 1 << 20, RejectBytes = 1 << 20, PacketBytes = 1 << 20;

    private SharedObjects(IReadOnlyList<BpfMap> maps, BpfMap? packets, HookProvider provider, bool areNew)
    {
        Provider = provider;
        Control = maps[0];
        Programs = maps[1];
        Events = maps[2];
        Rejects = maps[3];
        Answers = maps.Count > 4 ? maps[4] : null;
        Packets = packets;
        AreNew = areNew;
    }

    /// <summary>What runs the programs that look into these maps.</summary>
    internal HookProvider Provider { get; }

    internal BpfMap Control { get; }

    /// <summary>The program array.</summary>
    internal BpfMap Programs { get; }

    internal BpfMap Events { get; }

    /// <summary>Packets that want an answer.</summary>
    internal BpfMap Rejects { get; }

    /// <summary>Packets for netlink groups; null where no rules have asked for it yet.</summary>
    internal BpfMap? Packets { get; private set; }

    /// <summary>Nobody else knows of <see cref="Packets"/> yet.</summary>
    internal bool HasNewPackets { get; private set; }

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
                () => BpfMap.Create(WellKnownMaps.RejectsSpec(RejectBytes)),
                .. HasAnswers(chosen) ? [() => BpfMap.Create(WellKnownMaps.AnswersSpec)] : Array.Empty<Func<BpfMap>>(),
            ],
            packets: () => null,
            chosen,
            areNew: true);
    }

    /// <summary>Opens the maps of a state that has a generation in force.</summary>
    internal static SharedObjects Open(DirectoryHandle directory)
    {
        HookProvider provider = ProviderChoice.Of(directory);
        string[] names = [PinNames.Control, PinNames.Programs, PinNames.Events, PinNames.Rejects, .. HasAnswers(provider) ? [PinNames.Answers] : Array.Empty<string>()];
        return Gather(
            [.. names.Select(name => (Func<BpfMap>)(() => OpenMap(directory, name)))], () => BpfMap.TryOpen(directory.PathOf(PinNames.Packets)), provider, areNew: false);
    }

    /// <summary>Makes what these rules need, and those before did not.</summary>
    internal void MakeFor(RuleSet rules)
    {
        if (rules.HandsPackets)
        {
            MakePackets();
        }
    }

    /// <summary>Makes <see cref="Packets"/> where it is not there yet: a megabyte that only rules with NFLOG need.</summary>
    internal BpfMap MakePackets()
    {
        if (Packets is null)
        {
            Packets = BpfMap.Create(WellKnownMaps.PacketsSpec(PacketBytes));
            HasNewPackets = true;
        }

        return Packets;
    }

    private static bool HasAnswers(HookProvider provider) => ProviderChoice.ContextOf(provider) == ContextKind.Module;

    /// <summary>All maps, or an exception and none.</summary>
    private static SharedObjects Gather(Func<BpfMap>[] sources, Func<BpfMap?> packets, HookProvider provider, bool areNew)
    {
        var maps = new List<BpfMap>();
        try
        {
            foreach (Func<BpfMap> source in sources)
            {
                maps.Add(source());
            }

            return new(maps, packets(), provider, areNew);
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
    /// <param name="hosts">Null where rules have no live host names.</param>
    internal Dictionary<string, BpfMap> MapsFor(BpfMap counters, BpfMap epoch, LoadedSets? sets, ConnectionMaps? connections, LoadedRecentLists? recent = null, HostMap? hosts = null)
    {
        Dictionary<string, BpfMap> maps = WithAnswers(new(recent?.ByMapName ?? [])
        {
            [WellKnownMaps.Control] = Control,
            [WellKnownMaps.Events] = Events,
            [WellKnownMaps.Rejects] = Rejects,
            [WellKnownMaps.Counters] = counters,
            [WellKnownMaps.Epoch] = epoch,
        });
        if (Packets is not null)
        {
            maps.Add(WellKnownMaps.Packets, Packets);
        }

        foreach ((string name, BpfMap map) in sets?.ByMapName ?? [])
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
        Rejects.Dispose();
        Packets?.Dispose();
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

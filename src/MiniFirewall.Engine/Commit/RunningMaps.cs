using MiniFirewall.Bpf;
using MiniFirewall.Compiler;
using MiniFirewall.Compiler.Questions;
using MiniFirewall.Engine.State;
using MiniFirewall.Packets;

namespace MiniFirewall.Engine.Commit;

/// <summary>The maps of a generation that programs of a family name, found again from their pins; open as long as this is.</summary>
internal sealed class RunningMaps : IDisposable
{
    private readonly Dictionary<string, BpfMap> _byName = [];
    private readonly List<IDisposable> _open = [];

    private RunningMaps()
    {
    }

    /// <summary>By the names that programs have for them.</summary>
    internal IReadOnlyDictionary<string, BpfMap> ByName => _byName;

    /// <param name="rateTables">Names of tables of rates.</param>
    internal static RunningMaps Open(GenerationState generation, Family family, IEnumerable<string> rateTables)
    {
        var maps = new RunningMaps();
        try
        {
            maps.OpenPinned(generation, family, rateTables);
            maps.OpenRecent(generation);
            maps.OpenSets(generation);
            return maps;
        }
        catch
        {
            maps.Dispose();
            throw;
        }
    }

    public void Dispose() => _open.ForEach(item => item.Dispose());

    private void OpenPinned(GenerationState generation, Family family, IEnumerable<string> rateTables)
    {
        foreach ((string name, string pin) in (IEnumerable<(string, string)>)
        [
            (WellKnownMaps.Image, PinNames.Image(family)),
            (WellKnownMaps.State, PinNames.Memories(family)),
            (WellKnownMaps.Sets, PinNames.Sets),
            (WellKnownMaps.Estimators, PinNames.Estimators),
            (WellKnownMaps.Hosts, PinNames.Hosts),
            (WellKnownMaps.Connections, WellKnownMaps.Connections),
            (WellKnownMaps.Tracking, WellKnownMaps.Tracking),
            .. rateTables.Select(table => (table, table)),
        ])
        {
            if (BpfMap.TryOpen(generation.Directory.PathOf(pin)) is { } map)
            {
                _open.Add(map);
                _byName.Add(name, map);
            }
        }
    }

    private void OpenRecent(GenerationState generation)
    {
        RecentMaps lists = RecentMaps.Open(generation.Directory);
        _open.Add(lists);
        foreach (BpfMap map in lists.All)
        {
            _byName.Add(map.Name, map);
        }
    }

    /// <summary>The generation has them open already.</summary>
    private void OpenSets(GenerationState generation)
    {
        foreach ((string name, BpfMap map) in (generation.Sets?.Named ?? []).Where(set => set.IsTable).SelectMany(set => generation.Sets!.DynamicOf(set).ByMapName))
        {
            _byName.Add(name, map);
        }
    }
}

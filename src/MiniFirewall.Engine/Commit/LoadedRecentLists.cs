using System.Collections.Immutable;
using MiniFirewall.Bpf;
using MiniFirewall.Compiler.Questions;
using MiniFirewall.Engine.State;
using MiniFirewall.Policy.Questions;
using MiniFirewall.Rules.Matches.Rates;
using MiniFirewall.Rules.Model;

namespace MiniFirewall.Engine.Commit;

/// <summary>
/// The maps of the lists of recent addresses that a rule set names. A list lives as long as some rule names it, as the kernel's own
/// do: the map of the generation in force goes on, so that no packet's change is lost. Where a rule asks for more hits than it has
/// room for, the list begins anew with more room, as the kernel's.
/// </summary>
internal sealed class LoadedRecentLists : IDisposable
{
    private readonly RecentMaps? _running;
    private readonly List<BpfMap> _made = [];
    private readonly Dictionary<string, BpfMap> _byName = [];

    private LoadedRecentLists(RecentMaps? running) => _running = running;

    /// <summary>The maps by the names that programs have for them.</summary>
    internal IEnumerable<KeyValuePair<string, BpfMap>> ByMapName => _byName.Select(list => KeyValuePair.Create(RecentLayout.MapOf(list.Key), list.Value));

    /// <summary>How many times each list keeps of an address.</summary>
    internal ImmutableDictionary<string, int> Stamps => _byName.ToImmutableDictionary(list => list.Key, list => RecentLayout.StampsIn(list.Value.ValueSize));

    /// <summary>All maps with the names of their pins.</summary>
    internal IEnumerable<(string Name, BpfMap Map)> Pins => _byName.Values.Select((map, number) => (PinNames.Recent(number), map));

    /// <param name="running">The generation in force; null where there is none.</param>
    internal static LoadedRecentLists Make(RuleSet rules, GenerationState? running)
    {
        IGrouping<string, RecentAddress>[] asked =
        [
            .. rules.MatchesOf<RecentMatch>().Select(match => match.Question).GroupBy(question => question.List),
        ];
        var lists = new LoadedRecentLists(asked.Length == 0 || running is null ? null : RecentMaps.Open(running.Directory));
        try
        {
            foreach (IGrouping<string, RecentAddress> list in asked)
            {
                lists.Add(list.Key, list.Max(question => question.StampsNeeded), list.First().Mask);
            }

            return lists;
        }
        catch
        {
            lists.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        _running?.Dispose();
        foreach (BpfMap map in _made)
        {
            map.Dispose();
        }
    }

    private void Add(string name, int stamps, UInt128 mask)
    {
        if (_running is null || !_running.ByName.TryGetValue(name, out BpfMap? map) || RecentLayout.StampsIn(map.ValueSize) < stamps)
        {
            map = ImageMap.Create(RecentLayout.Empty(name, stamps, mask));
            _made.Add(map);
        }

        _byName.Add(name, map);
    }
}

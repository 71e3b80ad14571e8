using System.Collections.Immutable;
using MiniFirewall.Bpf;
using MiniFirewall.Compiler;
using MiniFirewall.Compiler.Questions;
using MiniFirewall.Engine.State;
using MiniFirewall.Policy;
using MiniFirewall.Policy.Questions;
using MiniFirewall.Rules.Matches;
using MiniFirewall.Rules.Model;
using MiniFirewall.Rules.Targets;
using MiniFirewall.Sys;

namespace MiniFirewall.Engine.Commit;

/// <summary>
/// The rate estimators that a rule set names. One lives as long as some rule names it, as the kernel's own do: generations share the map,
/// and each has an index of its places in it. With other settings it begins anew.
/// </summary>
internal sealed class LoadedEstimators : IDisposable
{
    private readonly List<EstimatorEntry> _entries = [];
    private readonly List<EstimatorEntry> _new = [];
    private BpfMap? _map, _index;

    /// <summary>The map by the name that programs have for it; none where no rule names an estimator.</summary>
    internal IEnumerable<KeyValuePair<string, BpfMap>> ByMapName => _map is null ? [] : [KeyValuePair.Create(WellKnownMaps.Estimators, _map)];

    /// <summary>As <see cref="CompileOptions.Estimators"/>.</summary>
    internal ImmutableDictionary<string, int> Slots => _entries.Where(entry => entry.Name.Length > 0).ToImmutableDictionary(entry => entry.Name, entry => entry.Slot);

    /// <summary>All maps with the names of their pins.</summary>
    internal IEnumerable<(string Name, BpfMap Map)> Pins => _map is null ? [] : [(PinNames.Estimators, _map), (PinNames.EstimatorNames, _index!)];

    /// <summary>Some begin with this rule set.</summary>
    internal bool HasNew => _new.Count > 0;

    /// <param name="running">The generation in force; null where there is none.</param>
    /// <param name="keepsOthers">Places of estimators that the rules do not name stay taken: a trial may go back to them.</param>
    /// <exception cref="CompileException">More estimators than there is room for.</exception>
    internal static LoadedEstimators Make(RuleSet rules, GenerationState? running, bool keepsOthers)
    {
        var estimators = new LoadedEstimators();
        Dictionary<string, EstimatorSettings?> asked = AskedBy(rules);
        if (asked.Count == 0)
        {
            return estimators;
        }

        try
        {
            estimators._map = running is null ? null : BpfMap.TryOpen(running.Directory.PathOf(PinNames.Estimators));
            ImmutableArray<EstimatorEntry> before = estimators._map is null ? [] : EstimatorIndex.Read(running!.Directory);
            estimators._map ??= BpfMap.Create(EstimatorLayout.Spec);
            estimators.Plan(asked, before, keepsOthers);
            estimators._index = EstimatorIndex.Make(estimators._entries);
            return estimators;
        }
        catch
        {
            estimators.Dispose();
            throw;
        }
    }

    /// <summary>Empties the places of those that are new. No packet is on its way to a place that was another's.</summary>
    internal void Begin() => Empty(_map!, _new);

    /// <summary>Has estimators begin in their places.</summary>
    internal static void Empty(BpfMap map, IReadOnlyList<EstimatorEntry> entries)
    {
        foreach (EstimatorEntry entry in entries)
        {
            map.Update(BitConverter.GetBytes(entry.Slot), EstimatorLayout.Begin(entry.Settings, KernelTime.Hertz));
        }
    }

    public void Dispose()
    {
        _map?.Dispose();
        _index?.Dispose();
    }

    /// <summary>The settings of each that some rule names; null where rules only compare it.</summary>
    internal static Dictionary<string, EstimatorSettings?> AskedBy(RuleSet rules)
    {
        Dictionary<string, EstimatorSettings?> asked = [];
        foreach (Rule rule in rules.Chains.SelectMany(chain => chain.Rules))
        {
            foreach (string name in RateestMatch.EstimatorsIn(rule))
            {
                asked.TryAdd(name, null);
            }

            if (rule.Target is RateestTarget target && asked.GetValueOrDefault(target.Estimator) is null)
            {
                asked[target.Estimator] = target.Settings;
            }
        }

        return asked;
    }

    private void Plan(Dictionary<string, EstimatorSettings?> asked, ImmutableArray<EstimatorEntry> before, bool keepsOthers)
    {
        EstimatorLayout.Require(asked.Count);
        Dictionary<string, EstimatorEntry> known = before.Where(entry => entry.Name.Length > 0).ToDictionary(entry => entry.Name);
        HashSet<int> taken = [.. before.Select(entry => entry.Slot)];
        foreach ((string name, EstimatorSettings? settings) in asked)
        {
            if (known.TryGetValue(name, out EstimatorEntry? entry) && (settings is null || settings == entry.Settings))
            {
                _entries.Add(entry);
                continue;
            }

            int slot = EstimatorIndex.TryTake(taken) ?? throw new CompileException("too many rate estimators have been named while rules were on trial", Origin.None);
            entry = new(name, slot, settings ?? EstimatorSettings.Shortest);
            _entries.Add(entry);
            _new.Add(entry);
        }

        if (keepsOthers)
        {
            _entries.AddRange(before.Where(entry => !_entries.Contains(entry)).Select(entry => entry with { Name = "" }));
        }
    }
}

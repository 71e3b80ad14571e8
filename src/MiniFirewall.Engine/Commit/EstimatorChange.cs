using MiniFirewall.Bpf;
using MiniFirewall.Compiler.Questions;
using MiniFirewall.Engine.State;
using MiniFirewall.Policy.Questions;
using MiniFirewall.Rules.Matches;
using MiniFirewall.Rules.Model;
using MiniFirewall.Rules.Targets;
using MiniFirewall.Sys;

namespace MiniFirewall.Engine.Commit;

/// <summary>Rate estimators of the generation in force that begin and end with a change of its rules: its index becomes another one, and programs know their places from the rules.</summary>
internal static class EstimatorChange
{
    /// <summary>Those that rules name and that are not there, with places that are nobody's; null where one has other settings than it is named with, is compared without having been there, or there is no room for all.</summary>
    /// <param name="naming">The rules once the change is in force, those that name something at least.</param>
    internal static IReadOnlyList<EstimatorEntry>? Missing(RuleSet naming, GenerationState generation)
    {
        Dictionary<string, EstimatorSettings?> asked = LoadedEstimators.AskedBy(naming);
        EstimatorEntry[] there = [.. EstimatorIndex.Read(asked.Count == 0 ? null : generation.Directory)];
        HashSet<int> taken = [.. there.Select(entry => entry.Slot)];
        Rule[] rules = [.. naming.Chains.SelectMany(chain => chain.Rules)];
        HashSet<string> compared = [.. rules.SelectMany(RateestMatch.EstimatorsIn)];
        if (rules.Select(rule => rule.Target).OfType<RateestTarget>().Any(target => asked[target.Estimator] != target.Settings))
        {
            return null;
        }

        List<EstimatorEntry> missing = [];
        foreach ((string name, EstimatorSettings? settings) in asked)
        {
            if (Array.Find(there, entry => entry.Name == name) is { } known)
            {
                if (settings is not null && settings != known.Settings)
                {
                    return null;
                }
            }
            else if (settings is not null && !compared.Contains(name) && EstimatorIndex.TryTake(taken) is { } slot)
            {
                missing.Add(new(name, slot, settings));
            }
            else
            {
                return null;
            }
        }

        return asked.Count <= EstimatorLayout.Most ? missing : null;
    }

    /// <summary>Empties their places, to which no packet comes, and writes them into the index.</summary>
    /// <exception cref="SystemCallException">The kernel refuses it.</exception>
    internal static void Begin(GenerationState generation, IReadOnlyList<EstimatorEntry> entries, Action<string> afterStep)
    {
        string pin = generation.Directory.PathOf(PinNames.Estimators);
        using BpfMap? there = BpfMap.TryOpen(pin);
        using BpfMap? made = there is null ? BpfMap.Create(EstimatorLayout.Spec) : null;
        LoadedEstimators.Empty(there ?? made!, entries);
        if (made is not null)
        {
            made.Pin(pin);
            afterStep($"pin {PinNames.Estimators}");
        }

        WriteIndex(generation, [.. EstimatorIndex.Read(generation.Directory), .. entries]);
        afterStep($"name {PinNames.Estimators}");
    }

    /// <summary>Leaves those that rules name: the places of others are free. Their programs go on knowing the map.</summary>
    /// <exception cref="SystemCallException">The kernel refuses it.</exception>
    internal static void EndOthers(GenerationState generation, RuleSet naming)
    {
        Dictionary<string, EstimatorSettings?> asked = LoadedEstimators.AskedBy(naming);
        EstimatorEntry[] before = [.. EstimatorIndex.Read(generation.Directory)], left = [.. before.Where(entry => asked.ContainsKey(entry.Name))];
        if (left.Length < before.Length)
        {
            WriteIndex(generation, left);
        }
    }

    private static void WriteIndex(GenerationState generation, IReadOnlyList<EstimatorEntry> entries)
    {
        if (entries.Count == 0)
        {
            generation.Directory.Remove(PinNames.EstimatorNames);
            return;
        }

        using BpfMap index = EstimatorIndex.Make(entries);
        generation.Directory.PutInPlace(PinNames.EstimatorNames, index.Pin);
    }
}

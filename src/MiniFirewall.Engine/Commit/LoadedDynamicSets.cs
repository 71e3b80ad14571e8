using System.Collections.Immutable;
using MiniFirewall.Bpf;
using MiniFirewall.Compiler.Sets.Dynamic;
using MiniFirewall.Engine.Recent;
using MiniFirewall.Engine.Sets;
using MiniFirewall.Engine.State;
using MiniFirewall.Policy;
using MiniFirewall.Policy.Sets;
using MiniFirewall.Rules.Sets;
using MiniFirewall.Sys;

namespace MiniFirewall.Engine.Commit;

/// <summary>
/// The maps of a rule set's sets whose elements change while packets come. A set goes on as long as rule sets make it alike: the map
/// of the generation in force is the next one's too, so no packet's change is lost. What the file says of its elements, and
/// did not before, is made true around the switch.
/// </summary>
internal sealed class LoadedDynamicSets : IDisposable
{
    private readonly List<(NamedSet Set, DynamicSetMaps Maps, bool GoesOn)> _sets = [];

    /// <summary>The maps by the names that programs have for them.</summary>
    internal IEnumerable<KeyValuePair<string, BpfMap>> ByMapName => _sets.SelectMany(set => set.Maps.ByMapName);

    /// <summary>The maps of a set.</summary>
    internal DynamicSetMaps MapsOf(string set) => _sets.Single(loaded => loaded.Set.Name == set).Maps;

    /// <summary>All maps with the names of their pins.</summary>
    internal IEnumerable<(string Name, BpfMap Map)> Pins =>
        _sets.SelectMany(set => new[] { (PinNames.SetHeader(set.Set.Number), set.Maps.Header), (PinNames.SetElements(set.Set.Number), set.Maps.Elements) });

    /// <summary>Sets that go on, and that a file says something of.</summary>
    internal bool HasChanges => _sets.Any(IsChanged);

    /// <param name="isApart">A set that a file says something new of is copied, and so is one that packets do not change.</param>
    internal static LoadedDynamicSets Make(ImmutableArray<NamedSet> sets, GenerationState? running, bool isApart)
    {
        var loaded = new LoadedDynamicSets();
        try
        {
            foreach (NamedSet set in sets.Where(set => set.IsTable))
            {
                loaded.Add(set, running, isApart);
            }

            return loaded;
        }
        catch
        {
            loaded.Dispose();
            throw;
        }
    }

    /// <summary>Puts in what the file has and the sets have not; where that fails, all is as before.</summary>
    internal void PutMissing()
    {
        foreach ((NamedSet set, DynamicSetMaps maps, _) in _sets.Where(IsChanged))
        {
            ulong now = NowOf(set);
            var put = new List<SetElement>();
            using var editor = new DynamicSetEditor(maps);
            try
            {
                foreach (SetElement element in set.Elements.Sorted())
                {
                    if (maps.Find(element) is { } found && !found.IsOver(now) && found.Element == element)
                    {
                        continue;
                    }

                    editor.Put(RecordOf(set, element, now), now);
                    put.Add(element);
                }
            }
            catch
            {
                put.ForEach(element => editor.Remove(element));
                throw;
            }
        }
    }

    /// <summary>Takes out what came from the file before and is not in this one.</summary>
    internal void RemoveOthers()
    {
        foreach ((NamedSet set, DynamicSetMaps maps, _) in _sets.Where(IsChanged))
        {
            HashSet<SetElement> wanted = [.. set.Elements.Span.ToArray().Select(element => element.WithoutFlag())];
            using var editor = new DynamicSetEditor(maps);
            foreach (DynamicSetRecord record in maps.Read().Where(record => record.IsOfFile && !wanted.Contains(record.Element.WithoutFlag())))
            {
                editor.Remove(record.Element);
            }
        }
    }

    public void Dispose()
    {
        foreach ((_, DynamicSetMaps maps, _) in _sets)
        {
            maps.Dispose();
        }
    }

    /// <summary>An element of a file, as it begins now.</summary>
    internal static DynamicSetRecord RecordOf(NamedSet set, in SetElement element, ulong now, bool isOfFile = true)
    {
        SetElementState state = set.Elements.StateOf(element);
        return DynamicSetTimes.RecordOf(set, element, state, now, isOfFile);
    }

    private static bool IsChanged((NamedSet Set, DynamicSetMaps Maps, bool GoesOn) set) => set.GoesOn && !set.Set.Elements.AreInForce;

    private static ulong NowOf(NamedSet set) => set.Details.Timeout is null ? 0 : TickClock.Read64();

    private void Add(NamedSet set, GenerationState? running, bool isApart)
    {
        DynamicSetMaps? copied = null;
        if (running?.Sets?.Named.FirstOrDefault(other => other.Name == set.Name && other.IsTable) is { } before && before.Dynamic == set.Dynamic && (set.IsDynamic || set.Elements.AreInForce)
            && DynamicSetMaps.TryOpen(running.Directory, before.Number, set.Dynamic) is { } shared)
        {
            if (set.Elements.AreInForce ? set.IsDynamic || !isApart : !isApart && set.Elements.Count <= shared.Room)
            {
                _sets.Add((set, shared, true));
                return;
            }

            copied = shared;
        }

        using DynamicSetMaps? source = copied;
        DynamicSetMaps maps = DynamicSetMaps.Make(set.Dynamic, set.Elements.Count);
        _sets.Add((set, maps, false));
        ulong now = NowOf(set);
        using var editor = new DynamicSetEditor(maps);
        bool isWhole = source is not null && set.Elements.AreInForce;
        foreach (DynamicSetRecord record in source?.Read().Where(record => isWhole || !record.IsOfFile) ?? [])
        {
            editor.Put(record, now);
        }

        foreach (SetElement element in isWhole ? [] : set.Elements.Sorted())
        {
            editor.Put(RecordOf(set, element, now), now);
        }
    }
}

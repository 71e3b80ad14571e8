using System.Collections.Immutable;
using MiniFirewall.Bpf;
using MiniFirewall.Compiler;
using MiniFirewall.Compiler.Sets;
using MiniFirewall.Engine.State;
using MiniFirewall.Rules.Model;
using MiniFirewall.Rules.Sets;
using MiniFirewall.Sys;

namespace MiniFirewall.Engine.Commit;

/// <summary>The maps of a rule set's sets, which no packet meets yet; nothing of it is pinned.</summary>
internal sealed class LoadedSets : IDisposable
{
    private const int Attempts = 16;

    private readonly BpfMap _names;

    private LoadedSets(BpfMap? map, BpfMap names, LoadedDynamicSets dynamic)
    {
        Map = map;
        _names = names;
        Dynamic = dynamic;
    }

    /// <summary>The arena that programs look into; null on kernels without arenas, where each set has a table of its own.</summary>
    internal BpfMap? Map { get; }

    /// <summary>Sets whose elements change while packets come.</summary>
    internal LoadedDynamicSets Dynamic { get; }

    /// <summary>The maps by the names that programs have for them.</summary>
    internal IEnumerable<KeyValuePair<string, BpfMap>> ByMapName => [.. Map is null ? [] : (ReadOnlySpan<KeyValuePair<string, BpfMap>>)[new(WellKnownMaps.Sets, Map)], .. Dynamic.ByMapName];

    /// <summary>All maps with the names of their pins.</summary>
    internal IEnumerable<(string Name, BpfMap Map)> Pins => [.. Map is null ? [] : (ReadOnlySpan<(string, BpfMap)>)[(PinNames.Sets, Map)], (PinNames.SetNames, _names), .. Dynamic.Pins];

    /// <summary>Makes the images of sets, and the maps of those that are none; null where there are none.</summary>
    /// <param name="running">The generation in force, some of whose sets may go on; null where there is none.</param>
    /// <param name="isApart">Sets that a file says something new of do not go on, for the ones before may come back.</param>
    /// <param name="hasArenas">Null for whether this kernel has; without, the rules' sets all become tables.</param>
    internal static LoadedSets? Make(RuleSet rules, GenerationState? running = null, bool isApart = false, bool? hasArenas = null)
    {
        ImmutableArray<NamedSet> sets = rules.Sets;
        if (sets.IsEmpty)
        {
            return null;
        }

        bool areImages = hasArenas ?? KernelRequirements.HasArenas;
        if (!areImages)
        {
            rules.MakeSetsTables();
        }

        rules.MarkChangedSets();
        BpfMap names = StoredSets.MakeMap(sets);
        BpfMap? map = null;
        LoadedDynamicSets? dynamic = null;
        try
        {
            dynamic = LoadedDynamicSets.Make(sets, running, isApart);
            if (areImages)
            {
                (map, ArenaMemory memory) = MakeArena();
                using (memory)
                {
                    Fill(new SetArena(memory.Memory, isNew: true), sets);
                }
            }

            return new(map, names, dynamic);
        }
        catch
        {
            map?.Dispose();
            dynamic?.Dispose();
            names.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        Dynamic.Dispose();
        _names.Dispose();
        Map?.Dispose();
    }

    private static void Fill(SetArena arena, ImmutableArray<NamedSet> sets)
    {
        foreach (NamedSet set in sets)
        {
            // Numbers have no gaps, so a set that is no image has an empty one.
            ulong word = arena.TryBuild(set.Number, set.Type.Shape, set.IsTable ? [] : set.Elements.Span)
                ?? throw new FirewallException(FirewallFailure.Resource, $"the sets need more than {SetArena.Bytes >> 20} MiB; set {set.Name} has {set.Elements.Count} elements");
            arena.Put(set.Number, word);
        }
    }

    /// <summary>An arena is made for one address, in every process; where this one has something there, another is tried.</summary>
    private static (BpfMap Map, ArenaMemory Memory) MakeArena()
    {
        for (int attempt = 1; ; attempt++)
        {
            BpfMap map = BpfMap.Create(WellKnownMaps.SetsSpec(Address()));
            try
            {
                return (map, map.MapArena(SetArena.Bytes));
            }
            catch (SystemCallException) when (attempt < Attempts)
            {
                map.Dispose();
            }
            catch
            {
                map.Dispose();
                throw;
            }
        }
    }

    /// <summary>A multiple of 4 GiB far from where programs, heaps and libraries are: between 16 and 80 TiB. Any that is free will do.</summary>
    private static ulong Address() => (ulong)Random.Shared.Next(0x1000, 0x5000) << 32;
}

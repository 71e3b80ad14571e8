using System.Collections.Immutable;
using MiniFirewall.Bpf;
using MiniFirewall.Compiler.Sets;
using MiniFirewall.Policy;
using MiniFirewall.Rules.Sets;
using MiniFirewall.Sys.Files;

namespace MiniFirewall.Engine.State;

/// <summary>A generation's sets, found again from their pins.</summary>
internal sealed class SetState : IDisposable
{
    private readonly BpfMap? _map;
    private readonly Lazy<ArenaMemory> _memory;

    private readonly ImmutableDictionary<int, DynamicSetMaps> _dynamic;

    private SetState(DirectoryHandle generation, BpfMap? map, ImmutableArray<StoredSet> sets)
    {
        _map = map;
        _memory = new(() => map?.MapArena(SetArena.Bytes) ?? throw new InvalidOperationException("sets that are tables are asked for their images"));
        Named = [.. sets.Select(NamedOf)];
        try
        {
            _dynamic = Named.Where(set => set.IsTable).ToImmutableDictionary(set => set.Number, set => OpenDynamic(generation, set));
        }
        catch
        {
            map?.Dispose();
            throw;
        }
    }

    /// <summary>The maps of a set whose elements change while packets come.</summary>
    internal DynamicSetMaps DynamicOf(NamedSet set) => _dynamic[set.Number];

    /// <summary>The sets by their numbers; each reads its elements when it is first asked for them, while this object is open.</summary>
    internal ImmutableArray<NamedSet> Named { get; }

    /// <summary>Whether it is one of these: where it was read with others, it may not be.</summary>
    internal bool Has(NamedSet set) => set.Number < Named.Length && Named[set.Number] is var there
        && there.Name == set.Name && there.Type == set.Type && there.Families == set.Families && there.Details == set.Details
        && there.IsTable == set.IsTable && there.IsDynamic == set.IsDynamic;

    internal SetArena Arena => new(_memory.Value.Memory);

    /// <summary>Opens the sets of a generation; null where it has none.</summary>
    internal static SetState? TryOpen(DirectoryHandle generation)
    {
        using BpfMap? names = BpfMap.TryOpen(generation.PathOf(PinNames.SetNames));
        if (names is null)
        {
            return null;
        }

        ImmutableArray<StoredSet> sets = StoredSets.Read(names);
        BpfMap? map = BpfMap.TryOpen(generation.PathOf(PinNames.Sets));
        return map is null && sets.Any(set => !set.IsTable) ? null : new(generation, map, sets);
    }

    /// <summary>Reads all sets' elements now.</summary>
    internal void ReadElements()
    {
        foreach (NamedSet set in Named)
        {
            _ = set.Elements.Span;
        }
    }

    public void Dispose()
    {
        if (_memory.IsValueCreated)
        {
            _memory.Value.Dispose();
        }

        _map?.Dispose();
        foreach (DynamicSetMaps maps in _dynamic.Values)
        {
            maps.Dispose();
        }
    }

    private SetElement[] ReadElements(int number, SetType type) => [.. Arena.Copy(number, type.Shape).Elements()];

    private NamedSet NamedOf(StoredSet set, int number)
    {
        if (!set.IsTable)
        {
            return new(set.Name, number, set.Type, set.Families, new SetElements(() => ReadElements(number, set.Type)), set.Details);
        }

        Lazy<DynamicSetSnapshot> snapshot = new(() => DynamicSetSnapshot.Of(_dynamic[number]));
        var named = new NamedSet(
            set.Name, number, set.Type, set.Families, new SetElements(() => snapshot.Value.Elements, element => snapshot.Value.StateOf(element)), set.Details);
        named.MakeTable();
        if (set.IsDynamic)
        {
            named.MakeDynamic();
        }

        return named;
    }

    private static DynamicSetMaps OpenDynamic(DirectoryHandle generation, NamedSet set) => DynamicSetMaps.TryOpen(generation, set.Number, set.Dynamic)
        ?? throw new FirewallException(FirewallFailure.Refused, $"the pins of set {set.Name} are missing; run 'minifw off' and apply the rules again");
}

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
    private readonly BpfMap _map;
    private readonly Lazy<ArenaMemory> _memory;

    private SetState(BpfMap map, ImmutableArray<StoredSet> sets)
    {
        _map = map;
        _memory = new(() => map.MapArena(SetArena.Bytes));
        Named = [.. sets.Select((set, number) =>
            new NamedSet(set.Name, number, set.Type, set.Families, new SetElements(() => ReadElements(number, set.Type))))];
    }

    /// <summary>The sets by their numbers; each reads its elements when it is first asked for them, while this object is open.</summary>
    internal ImmutableArray<NamedSet> Named { get; }

    internal SetArena Arena => new(_memory.Value.Memory);

    /// <summary>Opens the sets of a generation; null where it has none.</summary>
    internal static SetState? TryOpen(DirectoryHandle generation)
    {
        using BpfMap? names = BpfMap.TryOpen(generation.PathOf(PinNames.SetNames));
        BpfMap? map = names is null ? null : BpfMap.TryOpen(generation.PathOf(PinNames.Sets));
        return map is null ? null : new(map, StoredSets.Read(names!));
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

        _map.Dispose();
    }

    private SetElement[] ReadElements(int number, SetType type) => [.. Arena.Copy(number, type.Shape).Elements()];
}

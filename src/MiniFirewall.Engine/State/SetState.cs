using System.Collections.Immutable;
using MiniFirewall.Bpf;
using MiniFirewall.Compiler.Sets;
using MiniFirewall.Engine.Sets;
using MiniFirewall.Policy;
using MiniFirewall.Rules.Sets;
using MiniFirewall.Sys;
using MiniFirewall.Sys.Files;

namespace MiniFirewall.Engine.State;

/// <summary>
/// A generation's sets, found again from their pins. The map of maps says which image a set has: its pin is the one with that map's
/// number in its name, and any other of the set is a leftover.
/// </summary>
internal sealed class SetState : IDisposable
{
    private const int Attempts = 100;

    private readonly DirectoryHandle _directory;
    private readonly BpfMap _map;

    private SetState(DirectoryHandle directory, BpfMap map, ImmutableArray<StoredSet> sets)
    {
        _directory = directory;
        _map = map;
        Named = [.. sets.Select((set, number) =>
            new NamedSet(set.Name, number, set.Type, set.Families, new SetElements(() => ReadElements(number, set.Type))))];
    }

    /// <summary>The sets by their numbers; each reads its elements when it is first asked for them, while this object is open.</summary>
    internal ImmutableArray<NamedSet> Named { get; }

    /// <summary>Opens the sets of a generation; null where it has none.</summary>
    internal static SetState? TryOpen(DirectoryHandle generation)
    {
        using BpfMap? names = BpfMap.TryOpen(generation.PathOf(PinNames.SetNames));
        BpfMap? map = names is null ? null : BpfMap.TryOpen(generation.PathOf(PinNames.Sets));
        return map is null ? null : new(generation, map, StoredSets.Read(names!));
    }

    /// <summary>Reads all sets' elements now.</summary>
    internal void ReadElements()
    {
        foreach (NamedSet set in Named)
        {
            _ = set.Elements.Span;
        }
    }

    /// <summary>Opens a set's image as it is at the moment.</summary>
    /// <exception cref="FirewallException">The state is damaged.</exception>
    internal BpfMap OpenImage(int number)
    {
        // A writer may put another image in place, and unpin the one that was just found.
        for (int attempt = 0; attempt < Attempts; attempt++)
        {
            if (_map.MapIdAt(number) is { } id && BpfMap.TryOpen(_directory.PathOf(PinNames.Set(number, id))) is { } image)
            {
                return image;
            }

            Thread.Yield();
        }

        throw new FirewallException(FirewallFailure.Refused, $"set {Named[number].Name}'s pin is missing; apply the rules again");
    }

    /// <summary>Puts an image in the place of a set's: packets that look meanwhile see the old or the new one, whole. Its caller holds the lock.</summary>
    /// <param name="afterStep">Told the name of each step after it.</param>
    internal void Replace(int number, BpfMap image, Action<string> afterStep)
    {
        string name = PinNames.Set(number, image.Info().Id);
        RemoveLeftovers(number);
        image.Pin(_directory.PathOf(name));
        afterStep("pin set");
        try
        {
            _map.SetMap(number, image);
        }
        catch
        {
            _directory.Remove(name);
            throw;
        }

        afterStep("switch set");
        RemoveLeftovers(number);
        afterStep("remove set before");
    }

    public void Dispose() => _map.Dispose();

    private void RemoveLeftovers(int number)
    {
        string kept = _map.MapIdAt(number) is { } id ? PinNames.Set(number, id) : "";
        foreach (string name in _directory.Entries().Where(name => name.StartsWith(PinNames.SetPrefix(number), StringComparison.Ordinal) && name != kept))
        {
            _directory.Remove(name);
        }
    }

    private SetElement[] ReadElements(int number, SetType type)
    {
        using BpfMap image = OpenImage(number);
        using MappedMemory memory = image.MapValues();
        return [.. new SetImage(memory.Memory, type.Shape).Elements()];
    }
}

using System.Collections.Immutable;
using MiniFirewall.Bpf;
using MiniFirewall.Compiler;
using MiniFirewall.Engine.Sets;
using MiniFirewall.Engine.State;
using MiniFirewall.Rules.Sets;

namespace MiniFirewall.Engine.Commit;

/// <summary>The maps of a rule set's sets, which no packet meets yet; nothing of it is pinned.</summary>
internal sealed class LoadedSets : IDisposable
{
    private readonly List<BpfMap> _images = [];
    private readonly BpfMap _names;

    private LoadedSets(BpfMap map, BpfMap names)
    {
        Map = map;
        _names = names;
    }

    /// <summary>The map of maps that programs look into.</summary>
    internal BpfMap Map { get; }

    /// <summary>All maps with the names of their pins.</summary>
    internal IEnumerable<(string Name, BpfMap Map)> Pins => _images
        .Select((image, number) => (PinNames.Set(number, image.Info().Id), image))
        .Append((PinNames.SetNames, _names)).Append((PinNames.Sets, Map));

    /// <summary>Makes the images of sets; null where there are none.</summary>
    internal static LoadedSets? Make(ImmutableArray<NamedSet> sets)
    {
        if (sets.IsEmpty)
        {
            return null;
        }

        BpfMap map = BpfMap.Create(WellKnownMaps.SetsSpec(sets.Length));
        LoadedSets? made = null;
        try
        {
            made = new(map, StoredSets.MakeMap(sets));
            foreach (NamedSet set in sets)
            {
                BpfMap image = SetImageMap.Make(set.Type, set.Elements.Span);
                made._images.Add(image);
                map.SetMap(set.Number, image);
            }

            return made;
        }
        catch
        {
            map.Dispose();
            made?.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        foreach (BpfMap image in _images)
        {
            image.Dispose();
        }

        _names.Dispose();
        Map.Dispose();
    }
}

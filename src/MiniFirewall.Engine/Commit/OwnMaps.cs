using System.Collections.Immutable;
using MiniFirewall.Bpf;
using MiniFirewall.Compiler;
using MiniFirewall.Compiler.Classifier;

namespace MiniFirewall.Engine.Commit;

/// <summary>The maps of one family's programs alone, filled. Programs that are loaded keep those that they name.</summary>
internal sealed class OwnMaps : IDisposable
{
    private readonly Dictionary<string, BpfMap> _maps = [];

    private OwnMaps()
    {
    }

    /// <param name="reopen">Finds a map of a name that is there already and takes the new one's place; null for none.</param>
    internal static OwnMaps Make(ImmutableArray<MapImage> images, Func<string, BpfMap?>? reopen = null)
    {
        var own = new OwnMaps();
        try
        {
            foreach (MapImage image in images)
            {
                own._maps.Add(image.Spec.Name, reopen?.Invoke(image.Spec.Name) ?? ImageMap.Create(image));
            }

            return own;
        }
        catch
        {
            own.Dispose();
            throw;
        }
    }

    /// <summary>These maps and others, by name.</summary>
    internal Dictionary<string, BpfMap> With(IReadOnlyDictionary<string, BpfMap> others) => new(others.Concat(_maps));

    /// <summary>The map of the classifier's image, which is the caller's from now on; null where no program looks into one.</summary>
    internal BpfMap? TakeImage() => TryTake(WellKnownMaps.Image);

    /// <summary>A map that is the caller's from now on; null where there is none of that name.</summary>
    internal BpfMap? TryTake(string name) => _maps.Remove(name, out BpfMap? map) ? map : null;

    /// <summary>Maps that are the caller's from now on.</summary>
    internal ImmutableArray<BpfMap> Take(ImmutableArray<string> names) =>
        [.. names.Select(name => TryTake(name) ?? throw new InvalidOperationException($"there is no map {name}"))];

    public void Dispose()
    {
        foreach (BpfMap map in _maps.Values)
        {
            map.Dispose();
        }
    }
}

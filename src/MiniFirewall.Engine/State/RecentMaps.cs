using System.Collections.Immutable;
using MiniFirewall.Bpf;
using MiniFirewall.Compiler.Questions;
using MiniFirewall.Sys.Files;

namespace MiniFirewall.Engine.State;

/// <summary>
/// A generation's lists of recent addresses, found again from their pins: a map each, with its name in it. One that no rule names any more has none,
/// and waits for rules to name it again, since programs may know it.
/// </summary>
internal sealed class RecentMaps : IDisposable
{
    private RecentMaps(ImmutableArray<BpfMap> all)
    {
        All = all;
        ByName = all.Select(map => (Name: RecentLayout.NameIn(Read(map)), Map: map)).Where(list => list.Name.Length > 0).ToImmutableDictionary(list => list.Name, list => list.Map);
    }

    internal ImmutableDictionary<string, BpfMap> ByName { get; }

    /// <summary>Those without a name too, in the order of their pins; a map is called what programs call it (<see cref="RecentLayout.MapOf"/>).</summary>
    internal ImmutableArray<BpfMap> All { get; }

    /// <param name="generation">Null where there is none; then there are no lists.</param>
    internal static RecentMaps Open(DirectoryHandle? generation)
    {
        var maps = ImmutableArray.CreateBuilder<BpfMap>();
        try
        {
            while (generation is not null && BpfMap.TryOpen(generation.PathOf(PinNames.Recent(maps.Count))) is { } map)
            {
                maps.Add(map);
            }

            return new(maps.ToImmutable());
        }
        catch
        {
            DisposeAll(maps);
            throw;
        }
    }

    /// <summary>The map that programs have for a list, whether rules name it or not; null where there is none.</summary>
    internal BpfMap? MapFor(string list) => All.FirstOrDefault(map => map.Name == RecentLayout.MapOf(list));

    /// <summary>A list as it is at one moment.</summary>
    internal static byte[] Read(BpfMap map)
    {
        var value = new byte[map.ValueSize];
        map.TryLookup(new byte[map.KeySize], value, isLocked: true);
        return value;
    }

    public void Dispose() => DisposeAll(All);

    private static void DisposeAll(IEnumerable<BpfMap> maps)
    {
        foreach (BpfMap map in maps)
        {
            map.Dispose();
        }
    }
}

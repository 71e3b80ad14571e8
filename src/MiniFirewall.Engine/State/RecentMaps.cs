using System.Collections.Immutable;
using MiniFirewall.Bpf;
using MiniFirewall.Compiler.Questions;
using MiniFirewall.Sys.Files;

namespace MiniFirewall.Engine.State;

/// <summary>A generation's lists of recent addresses, found again from their pins: a map each, with its name in it.</summary>
internal sealed class RecentMaps : IDisposable
{
    private RecentMaps(ImmutableDictionary<string, BpfMap> byName) => ByName = byName;

    internal ImmutableDictionary<string, BpfMap> ByName { get; }

    /// <param name="generation">Null where there is none; then there are no lists.</param>
    internal static RecentMaps Open(DirectoryHandle? generation)
    {
        var maps = ImmutableDictionary.CreateBuilder<string, BpfMap>();
        try
        {
            while (generation is not null && BpfMap.TryOpen(generation.PathOf(PinNames.Recent(maps.Count))) is { } map)
            {
                maps.Add(RecentLayout.NameIn(Read(map)), map);
            }

            return new(maps.ToImmutable());
        }
        catch
        {
            DisposeAll(maps.Values);
            throw;
        }
    }

    /// <summary>A list as it is at one moment.</summary>
    internal static byte[] Read(BpfMap map)
    {
        var value = new byte[map.ValueSize];
        map.TryLookup(new byte[map.KeySize], value, isLocked: true);
        return value;
    }

    public void Dispose() => DisposeAll(ByName.Values);

    private static void DisposeAll(IEnumerable<BpfMap> maps)
    {
        foreach (BpfMap map in maps)
        {
            map.Dispose();
        }
    }
}

using MiniFirewall.Bpf;
using MiniFirewall.Compiler.Classifier;
using MiniFirewall.Compiler.Classifier.Change;
using MiniFirewall.Engine.State;
using MiniFirewall.Packets;
using MiniFirewall.Sys;

namespace MiniFirewall.Engine.Commit;

/// <summary>The image of a family in the generation in force, mapped into memory.</summary>
internal sealed class FamilyImage : IDisposable
{
    private readonly BpfMap _map;
    private readonly MappedMemory _memory;

    private FamilyImage(BpfMap map, uint epoch)
    {
        _map = map;
        _memory = map.MapValues();
        Editor = ImageEditor.Open(_memory.Memory, epoch);
    }

    internal ImageEditor Editor { get; }

    /// <summary>It is pinned nowhere yet.</summary>
    internal bool IsNew { get; private init; }

    /// <summary>Opens it; null where the family's programs look into none, or into one of another version.</summary>
    /// <param name="epoch">The epoch that changes are for.</param>
    internal static FamilyImage? TryOpen(GenerationState generation, Family family, uint epoch)
    {
        BpfMap? map = BpfMap.TryOpen(generation.Directory.PathOf(PinNames.Image(family)));
        try
        {
            return map is null ? null : new(map, epoch);
        }
        catch (FormatException)
        {
            map!.Dispose();
            return null;
        }
    }

    /// <summary>Makes one that no program looks into, for a family that has none.</summary>
    internal static FamilyImage Make(MapImage image, uint epoch)
    {
        BpfMap map = ImageMap.Create(image);
        try
        {
            return new(map, epoch) { IsNew = true };
        }
        catch
        {
            map.Dispose();
            throw;
        }
    }

    internal void Pin(string path) => _map.Pin(path);

    public void Dispose()
    {
        ((IDisposable)_memory).Dispose();
        _map.Dispose();
    }
}

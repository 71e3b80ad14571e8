using MiniFirewall.Bpf;
using MiniFirewall.Compiler;
using MiniFirewall.Compiler.Sets;
using MiniFirewall.Policy;
using MiniFirewall.Rules.Sets;
using MiniFirewall.Sys;

namespace MiniFirewall.Engine.Sets;

/// <summary>Makes the map of a set's image.</summary>
internal static class SetImageMap
{
    internal static BpfMap Make(SetType type, ReadOnlySpan<SetElement> elements)
    {
        BpfMap? map = null;
        MappedMemory? memory = null;
        try
        {
            SetImageBuilder.Build(type.Shape, elements, blocks =>
            {
                ((IDisposable?)memory)?.Dispose();
                map?.Dispose();
                map = BpfMap.Create(WellKnownMaps.SetImageSpec(blocks));
                memory = map.MapValues();
                return memory.Memory;
            });
            return map!;
        }
        catch
        {
            map?.Dispose();
            throw;
        }
        finally
        {
            ((IDisposable?)memory)?.Dispose();
        }
    }
}

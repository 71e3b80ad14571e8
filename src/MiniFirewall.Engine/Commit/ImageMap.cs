using MiniFirewall.Bpf;
using MiniFirewall.Compiler.Classifier;
using MiniFirewall.Sys;

namespace MiniFirewall.Engine.Commit;

/// <summary>Maps whose only value is given.</summary>
internal static class ImageMap
{
    internal static BpfMap Create(MapImage image)
    {
        BpfMap map = BpfMap.Create(image.Spec);
        try
        {
            using IDisposable lifetime = map.MapValues();
            image.Content.Span.CopyTo(((MappedMemory)lifetime).GetSpan());
            return map;
        }
        catch
        {
            map.Dispose();
            throw;
        }
    }
}

using MiniFirewall.Bpf;
using MiniFirewall.Compiler.Classifier;
using MiniFirewall.Sys;

namespace MiniFirewall.Engine.Commit;

/// <summary>Maps whose only value is given, or that begin empty. One with a lock cannot be mapped into memory, and is written by a call.</summary>
internal static class ImageMap
{
    internal static BpfMap Create(MapImage image)
    {
        BpfMap map = BpfMap.Create(image.Spec);
        try
        {
            Fill(map, image);
            return map;
        }
        catch
        {
            map.Dispose();
            throw;
        }
    }

    private static void Fill(BpfMap map, MapImage image)
    {
        if (image.Content.IsEmpty)
        {
            return;
        }

        if (image.Spec.BeginsWithLock)
        {
            var value = new byte[map.ValueSize];
            image.Content.Span.CopyTo(value);
            map.Update(new byte[map.KeySize], value);
            return;
        }

        using IDisposable lifetime = map.MapValues();
        image.Content.Span.CopyTo(((MappedMemory)lifetime).GetSpan());
    }
}

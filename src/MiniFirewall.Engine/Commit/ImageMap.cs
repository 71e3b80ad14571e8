using MiniFirewall.Bpf;
using MiniFirewall.Compiler.Classifier;
using MiniFirewall.Sys;

namespace MiniFirewall.Engine.Commit;

/// <summary>Maps whose value, or first values, are given, or that begin empty. One with a lock cannot be mapped into memory, and is written by a call.</summary>
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

    /// <summary>Fills a map that was made of such an image, which no program uses now: what it has had is gone.</summary>
    internal static void FillAnew(BpfMap map, MapImage image)
    {
        for (int number = 0; number < map.MaxEntries; number++)
        {
            var value = new byte[map.ValueSize];
            int at = Math.Min(image.Content.Length, number * map.ValueSize);
            image.Content.Span[at..Math.Min(image.Content.Length, at + map.ValueSize)].CopyTo(value);
            map.Update(BitConverter.GetBytes(number), value);
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
            FillLocked(map, image.Content);
            return;
        }

        using IDisposable lifetime = map.MapValues();
        image.Content.Span.CopyTo(((MappedMemory)lifetime).GetSpan());
    }

    private static void FillLocked(BpfMap map, ReadOnlyMemory<byte> content)
    {
        for (int at = 0; at < content.Length; at += map.ValueSize)
        {
            var value = new byte[map.ValueSize];
            content.Span[at..Math.Min(content.Length, at + map.ValueSize)].CopyTo(value);
            map.Update(BitConverter.GetBytes(at / map.ValueSize), value);
        }
    }
}

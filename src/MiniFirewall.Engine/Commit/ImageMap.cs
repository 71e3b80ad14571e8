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
    internal static void FillAnew(BpfMap map, MapImage image) => WriteValues(map, image.Content.Span, map.MaxEntries);

    private static void Fill(BpfMap map, MapImage image)
    {
        if (image.Content.IsEmpty)
        {
            return;
        }

        if (image.Spec.BeginsWithLock)
        {
            WriteValues(map, image.Content.Span, (image.Content.Length + map.ValueSize - 1) / map.ValueSize);
            return;
        }

        using IDisposable lifetime = map.MapValues();
        image.Content.Span.CopyTo(((MappedMemory)lifetime).GetSpan());
    }

    /// <param name="count">How many values are written, from the first on; behind the content they are zeros.</param>
    private static void WriteValues(BpfMap map, ReadOnlySpan<byte> content, int count)
    {
        for (int number = 0; number < count; number++)
        {
            var value = new byte[map.ValueSize];
            int at = Math.Min(content.Length, number * map.ValueSize);
            content[at..Math.Min(content.Length, at + map.ValueSize)].CopyTo(value);
            map.Update(BitConverter.GetBytes(number), value);
        }
    }
}

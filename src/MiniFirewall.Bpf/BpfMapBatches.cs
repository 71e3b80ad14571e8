using MiniFirewall.Asm;
using MiniFirewall.Sys.BpfCalls;

namespace MiniFirewall.Bpf;

/// <summary>Many elements in few system calls (kernel 5.6), one by one where the map has no batches. Not atomic as a whole.</summary>
public static class BpfMapBatches
{
    /// <summary>Writes elements; on a refusal those before it are written.</summary>
    public static void UpdateAll(this BpfMap map, ReadOnlySpan<byte> keys, ReadOnlySpan<byte> values)
    {
        int count = RequireSpans(map, keys.Length, values.Length);
        if (count == 0 || BpfMapCalls.TryUpdateBatch(map.Descriptor, keys, values, count, map.Name))
        {
            return;
        }

        for (int i = 0; i < count; i++)
        {
            map.Update(keys.Slice(i * map.KeySize, map.KeySize), values.Slice(i * map.ElementSize, map.ElementSize));
        }
    }

    private static int RequireSpans(BpfMap map, int keys, int values)
    {
        int count = keys / map.KeySize;
        map.RequireLength(keys, count * map.KeySize, "list of keys");
        map.RequireLength(values, count * map.ElementSize, "list of values");
        return count;
    }
}

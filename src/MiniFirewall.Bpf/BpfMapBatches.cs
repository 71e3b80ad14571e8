using MiniFirewall.Asm;
using MiniFirewall.Sys.BpfCalls;

namespace MiniFirewall.Bpf;

/// <summary>Many elements in few system calls (kernel 5.6), one by one where the map has no batches. Not atomic as a whole.</summary>
public static class BpfMapBatches
{
    /// <summary>
    /// Reads elements from the map's start into spans of the same number of keys and elements (<see cref="BpfMap.ElementSize"/>).
    /// An array's come in the order of their indexes.
    /// </summary>
    /// <returns>How many there were.</returns>
    public static int LookupAll(this BpfMap map, Span<byte> keys, Span<byte> values)
    {
        int capacity = RequireSpans(map, keys.Length, values.Length);

        // Hash maps hand out whole buckets and refuse a span that one of them overflows: keys in turn cannot fail so.
        return map.Type is MapType.Array or MapType.PerCpuArray && LookupBatches(map, keys, values, capacity) is int count
            ? count
            : LookupInTurn(map, keys, values, capacity);
    }

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

    private static int? LookupBatches(BpfMap map, Span<byte> keys, Span<byte> values, int capacity)
    {
        Span<byte> cursor = stackalloc byte[4];
        int done = 0;
        while (done < capacity)
        {
            var batch = BpfMapCalls.LookupBatch(
                map.Descriptor, done == 0 ? [] : cursor, cursor, keys[(done * map.KeySize)..], values[(done * map.ElementSize)..], capacity - done, map.Name);
            if (batch is null)
            {
                return done == 0 ? null : throw new InvalidOperationException($"map {map.Name} had batches and has none now");
            }

            done += batch.Value.Read;
            if (batch.Value.End)
            {
                break;
            }
        }

        return done;
    }

    private static int LookupInTurn(BpfMap map, Span<byte> keys, Span<byte> values, int capacity)
    {
        int done = 0;
        ReadOnlySpan<byte> last = [];
        Span<byte> next = new byte[map.KeySize];
        while (done < capacity && map.TryNextKey(last, next))
        {
            Span<byte> key = keys.Slice(done * map.KeySize, map.KeySize);
            next.CopyTo(key);
            last = key;

            // An element that another deletes meanwhile is left out.
            if (map.TryLookup(key, values.Slice(done * map.ElementSize, map.ElementSize)))
            {
                done++;
            }
        }

        return done;
    }

    private static int RequireSpans(BpfMap map, int keys, int values)
    {
        int count = keys / map.KeySize;
        map.RequireLength(keys, count * map.KeySize, "list of keys");
        map.RequireLength(values, count * map.ElementSize, "list of values");
        return count;
    }
}

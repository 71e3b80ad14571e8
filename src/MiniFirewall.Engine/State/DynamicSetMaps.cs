using MiniFirewall.Bpf;
using MiniFirewall.Compiler.Sets.Dynamic;
using MiniFirewall.Engine.Commit;
using MiniFirewall.Policy;
using MiniFirewall.Policy.Sets;
using MiniFirewall.Sys.Files;

namespace MiniFirewall.Engine.State;

/// <summary>The maps of a set whose elements change while packets come (<see cref="DynamicSetLayout"/>).</summary>
internal sealed class DynamicSetMaps : IDisposable
{
    private DynamicSetMaps(DynamicSet set, BpfMap header, BpfMap elements)
    {
        Set = set;
        Header = header;
        Elements = elements;
    }

    internal DynamicSet Set { get; }

    internal BpfMap Header { get; }

    internal BpfMap Elements { get; }

    /// <summary>The maps by the names that programs have for them.</summary>
    internal IEnumerable<KeyValuePair<string, BpfMap>> ByMapName =>
        [new(DynamicSetLayout.HeaderMap(Set.Name), Header), new(DynamicSetLayout.ElementMap(Set.Name), Elements)];

    /// <summary>Elements that there is room for.</summary>
    internal int Room => Elements.MaxEntries;

    /// <summary>Memory that so many elements take, and the table that they are found by, about.</summary>
    internal long BytesOf(int count) =>
        DynamicSetLayout.HeaderBytes + (16L * (long)System.Numerics.BitOperations.RoundUpToPowerOf2((ulong)Room)) + ((long)DynamicSetLayout.ElementCost(Set) * count);

    /// <summary>Maps of a set without elements.</summary>
    /// <param name="count">As many as there is to be room for; more than the set's own bound where an image would have none.</param>
    internal static DynamicSetMaps Make(DynamicSet set, int count)
    {
        BpfMap header = ImageMap.Create(new(DynamicSetLayout.HeaderSpec(set), DynamicSetLayout.EmptyHeader()));
        try
        {
            return new(set, header, BpfMap.Create(DynamicSetLayout.ElementSpec(set, Math.Max(set.Details.Most, set.Details.Any ? 0 : count))));
        }
        catch
        {
            header.Dispose();
            throw;
        }
    }

    /// <summary>A generation's maps of a set; null where it has none.</summary>
    /// <param name="number">The set's number in that generation.</param>
    internal static DynamicSetMaps? TryOpen(DirectoryHandle generation, int number, DynamicSet set)
    {
        BpfMap? header = BpfMap.TryOpen(generation.PathOf(PinNames.SetHeader(number)));
        BpfMap? elements = header is null ? null : BpfMap.TryOpen(generation.PathOf(PinNames.SetElements(number)));
        if (elements is null)
        {
            header?.Dispose();
            return null;
        }

        return new(set, header!, elements);
    }

    /// <summary>All elements that are there, those among them whose time is over too.</summary>
    internal List<DynamicSetRecord> Read()
    {
        var records = new List<DynamicSetRecord>();
        byte[] key = new byte[Elements.KeySize], next = new byte[Elements.KeySize], value = new byte[Elements.ElementSize];
        for (bool more = Elements.TryNextKey([], next); more; more = Elements.TryNextKey(key, next))
        {
            // Behind a key that was taken away meanwhile the map begins anew; as many turns as it has room for are enough.
            (key, next) = (next, key);
            if (records.Count > Room)
            {
                break;
            }

            if (Elements.TryLookup(key, value) && DynamicSetRecord.Read(key, value, Set) is { } record)
            {
                records.Add(record);
            }
        }

        return records;
    }

    /// <summary>An element as it is now; null where it is not there.</summary>
    internal DynamicSetRecord? Find(in SetElement element)
    {
        byte[] key = DynamicSetRecord.KeyOf(element, Set), value = new byte[Elements.ElementSize];
        return Elements.TryLookup(key, value) ? DynamicSetRecord.Read(key, value, Set) : null;
    }

    public void Dispose()
    {
        Header.Dispose();
        Elements.Dispose();
    }
}

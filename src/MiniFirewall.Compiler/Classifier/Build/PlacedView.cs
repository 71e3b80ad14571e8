using MiniFirewall.Compiler.Classifier.Image;

namespace MiniFirewall.Compiler.Classifier.Build;

/// <summary>A view whose keys have slots.</summary>
/// <param name="Slots">Numbers of <paramref name="Buckets"/>.</param>
/// <param name="Buckets">Entries in their order, by the view's buckets; empty where a bucket's have joined another's.</param>
/// <param name="Places">Where the hash of each bucket's key leads to; they grow.</param>
internal sealed record PlacedView(SlotTable Slots, int[][] Buckets, int[] Places)
{
    /// <param name="load">Keys a slot, at most.</param>
    internal static PlacedView Of(ViewBuilder view, double load)
    {
        var joined = new Dictionary<int, List<int>>();
        ulong[] hashes = [.. view.Buckets.Select(view.HashOf)];
        SlotTable slots = SlotTable.Place(hashes, load, (stays, joins) =>
        {
            if (!joined.TryGetValue(stays, out List<int>? others))
            {
                joined.Add(stays, others = []);
            }

            others.Add(joins);
        });
        HashSet<int> absorbed = [.. joined.Values.SelectMany(others => others)];
        return new(
            slots,
            [.. Enumerable.Range(0, hashes.Length).Select(bucket => absorbed.Contains(bucket) ? [] : EntriesOf(view, bucket, joined))],
            [.. hashes.Select(hash => (int)KeyHash.Place(hash, (uint)slots.Range))]);
    }

    /// <summary>A reference for each bucket that has entries.</summary>
    /// <param name="refer">Is given the entries and the place.</param>
    internal uint[] Refer(Func<int[], int, uint> refer) => [.. Buckets.Select((bucket, i) => bucket.Length == 0 ? 0 : refer(bucket, Places[i]))];

    private static int[] EntriesOf(ViewBuilder view, int bucket, Dictionary<int, List<int>> joined)
    {
        int[] own = view.EntriesOf(view.Buckets[bucket]);
        return joined.TryGetValue(bucket, out List<int>? others)
            ? [.. own.Concat(others.SelectMany(other => view.EntriesOf(view.Buckets[other]))).OrderBy(entry => view.OrderOf(entry))]
            : own;
    }
}

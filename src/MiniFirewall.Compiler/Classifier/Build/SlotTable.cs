using MiniFirewall.Compiler.Classifier.Image;

namespace MiniFirewall.Compiler.Classifier.Build;

/// <summary>
/// Where keys' slots are: open addressing with a step of one. Two keys of one tag in one probe run would hide one another,
/// so they share a slot.
/// </summary>
internal sealed class SlotTable
{
    private readonly uint[] _tags;
    private readonly int[] _buckets;

    private SlotTable(int range)
    {
        Range = range;
        _tags = new uint[range + ImageFormat.SlotPadding];
        _buckets = new int[_tags.Length];
    }

    /// <summary>The hashed range; the table has <see cref="ImageFormat.SlotPadding"/> slots more.</summary>
    internal int Range { get; }

    /// <summary>Places keys; hands those that meet another of their tag to <paramref name="merge"/>.</summary>
    /// <param name="hashes">Of each bucket.</param>
    /// <param name="load">Keys a slot, at most.</param>
    /// <param name="merge">Is told the bucket that stays and the one that joins it.</param>
    internal static SlotTable Place(IReadOnlyList<ulong> hashes, double load, Action<int, int> merge)
    {
        // Where a probe would leave the padding, a larger table.
        for (int range = Math.Max(64, (int)(hashes.Count / load)); ; range += (range / 4) + 64)
        {
            var table = new SlotTable(range);
            if (table.TryPlaceAll(hashes, merge))
            {
                return table;
            }
        }
    }

    /// <summary>Calls back with each used slot.</summary>
    internal void ForEach(Action<int, uint, int> use)
    {
        for (int slot = 0; slot < _tags.Length; slot++)
        {
            if (_tags[slot] != 0)
            {
                use(slot, _tags[slot], _buckets[slot]);
            }
        }
    }

    private bool TryPlaceAll(IReadOnlyList<ulong> hashes, Action<int, int> merge)
    {
        var merges = new List<(int Stays, int Joins)>();
        for (int bucket = 0; bucket < hashes.Count; bucket++)
        {
            uint tag = KeyHash.Tag(hashes[bucket]);
            int slot = (int)KeyHash.Place(hashes[bucket], (uint)Range);
            while (slot < _tags.Length && _tags[slot] != 0 && _tags[slot] != tag)
            {
                slot++;
            }

            if (slot == _tags.Length)
            {
                return false;
            }

            if (_tags[slot] == tag)
            {
                merges.Add((_buckets[slot], bucket));
            }
            else
            {
                (_tags[slot], _buckets[slot]) = (tag, bucket);
            }
        }

        foreach ((int stays, int joins) in merges)
        {
            merge(stays, joins);
        }

        return true;
    }
}

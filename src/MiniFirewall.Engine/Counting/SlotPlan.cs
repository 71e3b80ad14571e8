using System.Collections.Immutable;

namespace MiniFirewall.Engine.Counting;

/// <summary>Where the counters of a generation are, and what it took over from the one before.</summary>
/// <param name="Slots">Index into the counter maps, a place each, in the order of <see cref="CountedPlaces"/>.</param>
/// <param name="Kept">Whether the place goes on counting from where the generation before left it.</param>
/// <param name="Capacity">Number of elements of the counter maps.</param>
/// <param name="NewMaps">The running generation's maps are too small: this one has maps of its own.</param>
internal sealed record SlotPlan(ImmutableArray<int> Slots, ImmutableArray<bool> Kept, int Capacity, bool NewMaps)
{
    /// <summary>Slot 0 counts nothing: the compiler keeps it for events that have no rule.</summary>
    private const int FirstSlot = 1;
    private const int Step = 256;

    /// <summary>The plan of a first generation.</summary>
    internal static SlotPlan First(int places) =>
        new([.. Enumerable.Range(FirstSlot, places)], [.. Enumerable.Repeat(false, places)], CapacityFor(places), NewMaps: true);

    /// <summary>
    /// The plan of a generation after another. A place keeps its slot where the running generation has the same key; all
    /// others get slots that the running generation does not count in.
    /// </summary>
    /// <param name="given">Whether a place starts with counters that its text gives: it never goes on with old ones.</param>
    internal static SlotPlan After(
        ImmutableArray<CounterKey> keys, ImmutableArray<bool> given, ImmutableArray<CounterKey> runningKeys, ImmutableArray<int> running, int capacity)
    {
        var slotOf = new Dictionary<CounterKey, int>(runningKeys.Length);
        for (int i = 0; i < runningKeys.Length; i++)
        {
            slotOf.Add(runningKeys[i], running[i]);
        }

        var kept = new bool[keys.Length];
        var slots = new int[keys.Length];
        for (int i = 0; i < keys.Length; i++)
        {
            kept[i] = !given[i] && slotOf.TryGetValue(keys[i], out slots[i]);
        }

        bool fits = keys.Length - kept.Count(k => k) <= capacity - FirstSlot - running.Length;
        int newCapacity = fits ? capacity : CapacityFor(Math.Max(keys.Length, HighestKept(slots, kept)));
        FillFree(slots, kept, fits ? running : [.. slots.Where((_, i) => kept[i])]);
        return new([.. slots], [.. kept], newCapacity, NewMaps: !fits);
    }

    /// <summary>Room for half as many again, so that an ordinary change fits.</summary>
    private static int CapacityFor(int places) => ((places + (places / 2)) / Step * Step) + Step;

    private static int HighestKept(int[] slots, bool[] kept) => slots.Where((_, i) => kept[i]).DefaultIfEmpty(0).Max();

    private static void FillFree(int[] slots, bool[] kept, ImmutableArray<int> taken)
    {
        var busy = taken.ToHashSet();
        int next = FirstSlot;
        for (int i = 0; i < slots.Length; i++)
        {
            if (!kept[i])
            {
                while (busy.Contains(next))
                {
                    next++;
                }

                slots[i] = next++;
            }
        }
    }
}

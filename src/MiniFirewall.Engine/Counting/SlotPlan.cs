using System.Collections.Immutable;
using MiniFirewall.Compiler;
using MiniFirewall.Engine.State.Store;

namespace MiniFirewall.Engine.Counting;

/// <summary>Where the counters of a generation are, and what it took over from the one before.</summary>
/// <param name="Slots">Index into the counter maps, a place each, in the order of <see cref="CountedPlaces"/>.</param>
/// <param name="Kept">Whether the place goes on counting from where the generation before left it.</param>
/// <param name="Capacity">Number of counters that the counter maps have room for.</param>
/// <param name="FirstFreshSlot">From here on no slot of the maps has ever been counted in.</param>
/// <param name="NewMaps">The running generation's maps are too small, or not to be touched: this one has maps of its own.</param>
internal sealed record SlotPlan(ImmutableArray<int> Slots, ImmutableArray<bool> Kept, int Capacity, int FirstFreshSlot, bool NewMaps)
{
    /// <summary>Slot 0 counts nothing: the compiler keeps it for events that have no rule.</summary>
    private const int FirstSlot = 1;
    private const int Step = WellKnownMaps.CountersPerElement, LeastFresh = 64;

    /// <summary>The plan of a first generation.</summary>
    internal static SlotPlan First(int places) => First([.. Enumerable.Range(FirstSlot, places)], CapacityFor(places), FirstSlot + places);

    /// <summary>The plan of a first generation whose places are to have these slots.</summary>
    internal static SlotPlan First(ImmutableArray<int> slots, int capacity, int firstFresh) =>
        new(slots, [.. Enumerable.Repeat(false, slots.Length)], capacity, firstFresh, NewMaps: true);

    /// <summary>
    /// The plan of a generation after another. A place keeps its slot where the running generation has the same key; all
    /// others get slots that the running generation does not count in. Some fresh slots are left for rules that come later.
    /// </summary>
    /// <param name="given">Whether a place starts with counters that its text gives: it never goes on with old ones.</param>
    /// <param name="firstFresh">The running generation's.</param>
    /// <param name="isApart">This generation has maps of its own: the running one may come back and finds its maps as it left them, or its maps are of another kind.</param>
    internal static SlotPlan After(
        ImmutableArray<CounterKey> keys, ImmutableArray<bool> given, ImmutableArray<CounterKey> runningKeys, ImmutableArray<int> running, int capacity, int firstFresh, bool isApart = false)
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

        return (isApart ? null : InSameMaps(slots, kept, running, capacity, firstFresh)) ?? InNewMaps(slots, kept);
    }

    private static SlotPlan? InSameMaps(int[] slots, bool[] kept, ImmutableArray<int> running, int capacity, int firstFresh)
    {
        if (kept.Count(isKept => !isKept) > capacity - FirstSlot - running.Length)
        {
            return null;
        }

        int[] filled = FillFree(slots, kept, running);
        int fresh = Math.Max(firstFresh, Highest(filled) + 1);
        return fresh + LeastFresh <= capacity ? new([.. filled], [.. kept], capacity, fresh, NewMaps: false) : null;
    }

    private static SlotPlan InNewMaps(int[] slots, bool[] kept)
    {
        int[] filled = FillFree(slots, kept, slots.Where((_, i) => kept[i]));
        int highest = Highest(filled);
        return new([.. filled], [.. kept], CapacityFor(highest), highest + 1, NewMaps: true);
    }

    /// <summary>Room for an eighth more, and for the rules that a store takes before it is made anew.</summary>
    private static int CapacityFor(int places) =>
        ((FirstSlot + places + Math.Max(places / 8, 2 * RuleStoreImage.RecordsFor(places))) / Step * Step) + Step;

    private static int Highest(int[] slots) => slots.DefaultIfEmpty(0).Max();

    private static int[] FillFree(int[] slots, bool[] kept, IEnumerable<int> taken)
    {
        var filled = (int[])slots.Clone();
        var busy = taken.ToHashSet();
        int next = FirstSlot;
        for (int i = 0; i < filled.Length; i++)
        {
            if (!kept[i])
            {
                while (busy.Contains(next))
                {
                    next++;
                }

                filled[i] = next++;
            }
        }

        return filled;
    }
}

using MiniFirewall.Bench.ClassBench;

namespace MiniFirewall.Bench.Classify;

/// <summary>
/// An attacker's traffic, found without knowing how a list is compiled: many headers are run one by one, and those that
/// take longest are kept. Half of the candidates are of the set's trace, half have fields of different rules.
/// </summary>
internal static class DearestHeaders
{
    internal const int Candidates = 16_384;
    private const int Kept = 1024, Tries = 3;

    /// <summary>ns of one try.</summary>
    private const double TryLength = 10_000;

    internal static FilterHeader[] Find(TracedList list, FilterRule[] rules, Traffic trace)
    {
        FilterHeader[] candidates =
            [.. new HeaderDraw(rules, 6).Mixed(Candidates / 2).Concat(trace.Headers.Distinct()).Distinct().Take(Candidates)];
        list.Use(candidates);
        int runs = (int)Math.Clamp(TryLength / list.Run(list.Whole, candidates.Length), 1, 100);
        FilterHeader[] kept = [.. candidates.OrderByDescending(header => Cost(list, header, runs)).Take(Kept)];
        new Random(8).Shuffle(kept);
        return kept;
    }

    /// <summary>Best of a few, for a disturbed run would look dear.</summary>
    private static double Cost(TracedList list, FilterHeader header, int runs)
    {
        list.Use([header]);
        return Enumerable.Range(0, Tries).Min(_ => list.Run(list.Whole, runs));
    }
}

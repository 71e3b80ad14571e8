using MiniFirewall.Bench.ClassBench;

namespace MiniFirewall.Bench.Classify;

/// <summary>
/// An attacker's traffic, found without knowing how a list is compiled: headers are run one by one, and those that take
/// longest are kept. The first candidates are half of the set's trace and half with every field of another rule; then, a few
/// times, the dearest get single fields of other rules.
/// </summary>
internal sealed class DearestHeaders(TracedList list, FilterRule[] rules)
{
    internal const int Candidates = 16_384;
    private const int Kept = 1024, Parents = 256, ChildrenEach = 16, Generations = 4, Tries = 3;

    /// <summary>ns of one try.</summary>
    private const double TryLength = 10_000;

    private readonly HeaderDraw _draw = new(rules, 6);
    private int _runs;

    /// <summary>The dearest first.</summary>
    internal FilterHeader[] Find(HeaderTrace trace)
    {
        FilterHeader[] first = [.. _draw.Mixed(Candidates / 2).Concat(trace.Headers.Distinct()).Distinct().Take(Candidates)];
        list.Use(first);
        _runs = (int)Math.Clamp(TryLength / list.Run(list.Whole, first.Length), 1, 100);
        Dictionary<FilterHeader, double> costs = first.ToDictionary(header => header, Cost);
        for (int generation = 0; generation < Generations; generation++)
        {
            foreach (FilterHeader parent in Dearest(costs).Take(Parents).ToList())
            {
                foreach (FilterHeader child in Enumerable.Range(0, ChildrenEach).Select(_ => _draw.Changed(parent)).Where(child => !costs.ContainsKey(child)))
                {
                    costs[child] = Cost(child);
                }
            }
        }

        return [.. Dearest(costs).Take(Kept)];
    }

    private static IEnumerable<FilterHeader> Dearest(Dictionary<FilterHeader, double> costs) =>
        costs.OrderByDescending(pair => pair.Value).Select(pair => pair.Key);

    /// <summary>Best of a few, for a disturbed run would look dear.</summary>
    private double Cost(FilterHeader header)
    {
        list.Use([header]);
        return Enumerable.Range(0, Tries).Min(_ => list.Run(list.Whole, _runs));
    }
}

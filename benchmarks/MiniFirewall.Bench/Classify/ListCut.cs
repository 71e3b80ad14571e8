using MiniFirewall.Bench.ClassBench;

namespace MiniFirewall.Bench.Classify;

/// <summary>A list that is measured: a whole set with its trace, or some lines of one.</summary>
internal sealed record ListCut(string Family, string Size, string Name, FilterRule[] Rules, HeaderTrace Traffic)
{
    private const int CutHeaders = 8192;

    /// <summary>The lists of a family that have this size; none where files are missing.</summary>
    internal static IEnumerable<ListCut> Of(FilterSetFiles files, string family, string size) => size switch
    {
        "10" => Cuts(files, family, size, 10, first: true, middle: true, last: true),
        "100" => Cuts(files, family, size, 100, first: true, middle: false, last: true),
        _ => files.TryRead(family, size) is { } set ? [new(family, size, set.Name, set.Rules, set.Trace)] : [],
    };

    private static IEnumerable<ListCut> Cuts(FilterSetFiles files, string family, string size, int count, bool first, bool middle, bool last)
    {
        if (files.TryRead(family, "1k") is not { } set)
        {
            yield break;
        }

        if (first)
        {
            yield return Cut(set, size, 0, count);
        }

        if (middle)
        {
            yield return Cut(set, size, set.Rules.Length / 2, count);
        }

        if (last)
        {
            yield return Cut(set, size, set.Rules.Length - count, count);
        }
    }

    /// <summary>Few of the set's headers meet these lines: half of the traffic is drawn inside them, half is the set's trace.</summary>
    private static ListCut Cut(FilterSet set, string size, int from, int count)
    {
        FilterRule[] rules = set.Rules[from..(from + count)];
        FilterHeader[] headers = [.. new HeaderDraw(rules, 3).Inside(CutHeaders / 2), .. set.Trace.Headers.Take(CutHeaders / 2)];
        new Random(4).Shuffle(headers);
        return new(set.Family, size, $"{set.Name} lines {from}-{from + count - 1}", rules, HeaderTrace.Of(rules, headers));
    }
}

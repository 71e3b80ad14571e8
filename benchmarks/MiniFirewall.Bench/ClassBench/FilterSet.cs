namespace MiniFirewall.Bench.ClassBench;

/// <summary>A rule set and its trace.</summary>
/// <param name="Family">The seed it was generated from, such as "acl1".</param>
/// <param name="Size">As its name says, such as "10k".</param>
internal sealed record FilterSet(string Family, string Size, FilterRule[] Rules, HeaderTrace Trace)
{
    internal string Name => $"{Family}_{Size}";
}

/// <summary>Headers, and for each the 0-based line of the first rule that matches it, or -1.</summary>
internal sealed record HeaderTrace(FilterHeader[] Headers, int[] FirstMatches)
{
    internal int Distinct => Headers.Distinct().Count();

    internal static HeaderTrace Of(FilterRule[] rules, FilterHeader[] headers) =>
        new(headers, [.. headers.Select(header => FirstMatch(rules, header))]);

    internal HeaderTrace First(int count) => count >= Headers.Length ? this : new(Headers[..count], FirstMatches[..count]);

    internal static int FirstMatch(FilterRule[] rules, FilterHeader header) => Array.FindIndex(rules, rule => rule.Matches(header));
}

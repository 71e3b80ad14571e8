namespace MiniFirewall.Bench.ClassBench;

/// <summary>
/// Packets that match nothing. Most sets have lines that match almost anything: those that match more than one in twenty of
/// the packets are left out of the list.
/// </summary>
internal sealed record NoMatch(FilterRule[] Rules, FilterHeader[] Headers)
{
    private const int Candidates = 8192, Sampled = 512, Most = 4096;
    private const double Wide = 0.05;

    internal static NoMatch Of(FilterRule[] rules)
    {
        FilterHeader[] candidates = new HeaderDraw(rules, 5).Beside(Candidates);
        FilterHeader[] sample = candidates[..Sampled];
        FilterRule[] narrow = [.. rules.Where(rule => sample.Count(header => rule.Matches(header)) <= Wide * Sampled)];
        return new(narrow, [.. candidates.Where(header => HeaderTrace.FirstMatch(narrow, header) < 0).Take(Most)]);
    }
}

using MiniFirewall.Bench.ClassBench;

namespace MiniFirewall.Bench.Classify;

/// <summary>The forms and kinds of traffic that a list is measured in; each is loaded when it is asked for.</summary>
internal sealed class PacketVariants(ListCut list, ClassifyOptions options) : IDisposable
{
    internal const string Plain = "IPv4 plain", Chains = "IPv4 chains", NoMatch = "IPv4 no match", Dearest = "IPv4 dearest", Worst = "IPv4 worst packet";

    private static readonly int[] ColdLines = [400, 1500];

    private readonly List<IDisposable> _loaded = [];

    private (TracedList List, FilterHeader[] Headers)? _dearest;

    private HeaderTrace Own => list.Traffic.First(options.Headers);

    /// <summary>Loads what is asked for. Failures become results, and the rest goes on.</summary>
    internal IEnumerable<Func<PacketSubject>> All()
    {
        if (options.HasVariant(Plain))
        {
            yield return () => Subject(Plain, new(list.Rules, AddressForm.IPv4), Own);
        }

        foreach (AddressForm form in (AddressForm[])[AddressForm.Site, AddressForm.Spread])
        {
            if (options.HasVariant(form.Name))
            {
                yield return () => Subject(form.Name, new(list.Rules, form), Own);
            }
        }

        if (list.Size is "10" or "100")
        {
            yield break;
        }

        if (options.HasVariant(Chains))
        {
            yield return () => Subject(Chains, new(list.Rules, AddressForm.IPv4, Chains: true), Own);
        }

        if (options.HasVariant(NoMatch))
        {
            yield return MakeNoMatch;
        }

        if (options.HasVariant(Dearest))
        {
            yield return () => MakeDearest(Dearest, int.MaxValue);
        }

        if (options.HasVariant(Worst))
        {
            yield return () => MakeDearest(Worst, 1);
        }

        foreach (int lines in ColdLines)
        {
            if (options.HasVariant(Cold(lines)))
            {
                yield return () => Subject(Cold(lines), new(list.Rules, AddressForm.IPv4), Own.First(20_000), lines);
            }
        }
    }

    public void Dispose() => _loaded.ForEach(l => l.Dispose());

    internal PacketResult Result(string variant) => new(list.Family, list.Size, list.Name, variant, list.Rules.Length);

    private static string Cold(int lines) => $"IPv4 cold {lines}";

    private PacketSubject Subject(string variant, RuleListing listing, HeaderTrace traffic, int coldLines = 0)
    {
        TracedList loaded = Load(variant, listing, traffic.Headers.Length, coldLines);
        return new(Result(variant) with { Rules = listing.Rules.Length, IsNoisy = coldLines > 0 }, loaded, traffic);
    }

    private TracedList Load(string variant, RuleListing listing, int capacity, int coldLines = 0)
    {
        try
        {
            var loaded = new TracedList(listing, capacity, coldLines);
            _loaded.Add(loaded);
            return loaded;
        }
        catch (Exception error)
        {
            throw new VariantException(variant, error);
        }
    }

    private PacketSubject MakeNoMatch()
    {
        var made = ClassBench.NoMatch.Of(list.Rules);
        return made.Headers.Length == 0
            ? throw new VariantException(NoMatch, new InvalidOperationException("every packet that was tried matches something"))
            : Subject(NoMatch, new(made.Rules, AddressForm.IPv4), new(made.Headers, [.. made.Headers.Select(_ => -1)]));
    }

    /// <summary>The dearest headers in an order of their own; searched for once.</summary>
    private PacketSubject MakeDearest(string variant, int count)
    {
        if (_dearest is null)
        {
            TracedList loaded = Load(variant, new(list.Rules, AddressForm.IPv4), DearestHeaders.Candidates);
            _dearest = (loaded, new DearestHeaders(loaded, list.Rules).Find(list.Traffic));
        }

        FilterHeader[] headers = [.. _dearest.Value.Headers.Take(count)];
        new Random(8).Shuffle(headers);
        return new(Result(variant), _dearest.Value.List, HeaderTrace.Of(list.Rules, headers));
    }
}

/// <summary>A variant that cannot be measured, and why.</summary>
internal sealed class VariantException(string variant, Exception reason) : Exception(reason.Message, reason)
{
    internal string Variant => variant;
}

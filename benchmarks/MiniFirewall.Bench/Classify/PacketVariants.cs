using MiniFirewall.Bench.ClassBench;

namespace MiniFirewall.Bench.Classify;

/// <summary>The forms and kinds of traffic that a list is measured in; each is loaded when it is asked for.</summary>
internal sealed class PacketVariants(ListCut list, ClassifyOptions options) : IDisposable
{
    internal const string Plain = "IPv4 plain", Chains = "IPv4 chains", NoMatch = "IPv4 no match", Dearest = "IPv4 dearest";

    private static readonly int[] ColdLines = [400, 1500];

    private readonly List<IDisposable> _loaded = [];

    private Traffic Own => list.Traffic.First(options.Headers);

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
            yield return MakeDearest;
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

    private PacketSubject Subject(string variant, RuleListing listing, Traffic traffic, int coldLines = 0)
    {
        TracedList loaded = Load(variant, listing, traffic.Headers.Length, coldLines);
        return new(Result(variant), loaded, traffic);
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

    /// <summary>Every set ends with a rule that matches anything: without it, and with packets that no other rule matches.</summary>
    private PacketSubject MakeNoMatch()
    {
        FilterRule[] rules = [.. list.Rules.Where(rule => !rule.IsAnything)];
        FilterHeader[] headers = new HeaderDraw(rules, 5).Outside(4096, 6000);
        return headers.Length == 0
            ? throw new VariantException(NoMatch, new InvalidOperationException("no packet of 6,000 tried ones matches nothing"))
            : Subject(NoMatch, new(rules, AddressForm.IPv4), new(headers, [.. headers.Select(_ => -1)]));
    }

    private PacketSubject MakeDearest()
    {
        TracedList loaded = Load(Dearest, new(list.Rules, AddressForm.IPv4), DearestHeaders.Candidates);
        FilterHeader[] headers = DearestHeaders.Find(loaded, list.Rules, list.Traffic);
        return new(Result(Dearest), loaded, Traffic.Of(list.Rules, headers));
    }
}

/// <summary>A variant that cannot be measured, and why.</summary>
internal sealed class VariantException(string variant, Exception reason) : Exception(reason.Message, reason)
{
    internal string Variant => variant;
}

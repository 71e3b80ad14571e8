using MiniFirewall.Policy;

namespace MiniFirewall.Cli.Demo;

/// <summary>Runs the probes and tells which rule decided each, by the counters alone.</summary>
internal sealed class ProbeRun(Prober prober, Func<CounterSnapshot> readCounters)
{
    /// <summary>
    /// Probes that should pass run one after another, so that every counter that rises is theirs; those that should be
    /// dropped meet different rules and wait for silence together.
    /// </summary>
    internal async Task<IReadOnlyList<ProbeResult>> RunAsync(IReadOnlyList<Probe> probes, CancellationToken cancellation)
    {
        var results = new Dictionary<Probe, ProbeResult>();
        foreach (Probe probe in probes.Where(p => p.Expected == Verdict.Accept))
        {
            await RunTogetherAsync([probe], results, cancellation).ConfigureAwait(false);
        }

        await RunTogetherAsync([.. probes.Where(p => p.Expected == Verdict.Drop)], results, cancellation).ConfigureAwait(false);
        return [.. probes.Select(p => results[p])];
    }

    private async Task RunTogetherAsync(Probe[] probes, Dictionary<Probe, ProbeResult> results, CancellationToken cancellation)
    {
        CounterSnapshot before = await SettledAsync(cancellation).ConfigureAwait(false);
        Happening[] happenings = await Task.WhenAll(probes.Select(p => prober.RunAsync(p, cancellation))).ConfigureAwait(false);
        CounterSnapshot after = await SettledAsync(cancellation).ConfigureAwait(false);
        foreach ((Probe probe, Happening happening) in probes.Zip(happenings))
        {
            results[probe] = ProbeResult.Of(probe, happening, before, after);
        }
    }

    /// <summary>The counters once two readings agree: a packet may still be under way when its sender is done.</summary>
    private async Task<CounterSnapshot> SettledAsync(CancellationToken cancellation)
    {
        CounterSnapshot last = readCounters();
        for (int i = 0; i < 50; i++)
        {
            await Task.Delay(5, cancellation).ConfigureAwait(false);
            CounterSnapshot next = readCounters();
            if (next.SameAs(last))
            {
                return next;
            }

            last = next;
        }

        return last;
    }
}

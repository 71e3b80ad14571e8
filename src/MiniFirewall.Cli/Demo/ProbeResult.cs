namespace MiniFirewall.Cli.Demo;

/// <summary>A probe, what happened to it, and the counters that rose meanwhile.</summary>
/// <param name="Risen">The rules of the judging chain that counted; the policy where none did.</param>
/// <param name="Before">Packets of the deciding counter before the probe; null where none rose.</param>
/// <param name="After">Packets of the deciding counter after it.</param>
internal sealed record ProbeResult(Probe Probe, Happening Happening, IReadOnlyList<CounterKey> Risen, ulong? Before, ulong? After)
{
    internal bool IsAsExpected => Happening.Verdict == Probe.Expected && Risen is [var only] && only.Rule == Probe.Rule;

    internal static ProbeResult Of(Probe probe, Happening happening, CounterSnapshot before, CounterSnapshot after)
    {
        IReadOnlyList<CounterKey> risen = after.RisenSince(before, probe.Chain, probe.Family);
        // Dropped probes run side by side: of their chain's rules, the expected one is this probe's own.
        var own = new CounterKey(probe.Chain, probe.Rule, probe.Family);
        CounterKey[] decided = probe.Expected == Policy.Verdict.Drop && risen.Contains(own) ? [own] : [.. risen];
        return decided is [var key, ..]
            ? new(probe, happening, decided, before.Packets[key], after.Packets[key])
            : new(probe, happening, decided, null, null);
    }
}

using MiniFirewall.Cli.Output;
using MiniFirewall.Engine;
using MiniFirewall.Packets;
using MiniFirewall.Rules.Model;
using MiniFirewall.Sys.Namespaces;

namespace MiniFirewall.Cli.Demo;

/// <summary>The demo from start to end; the sandbox is gone when it returns or throws.</summary>
internal static class DemoRun
{
    /// <summary>True where every probe met what it should.</summary>
    internal static async Task<bool> RunAsync(CancellationToken cancellation)
    {
        SandboxRemoval.RemoveAbandoned();
        using Sandbox sandbox = Sandbox.Create(cancellation);
        using EchoServers servers = EchoServers.Start(sandbox);
        DemoReport.Introduce(sandbox);
        ApplyRules(sandbox, cancellation);

        var run = new ProbeRun(new Prober(sandbox), () => InClient(sandbox, ReadCounters));
        IReadOnlyList<ProbeResult> results = await run.RunAsync(ProbeList.All, cancellation).ConfigureAwait(false);
        double[] costs = InClient(sandbox, () => results.Select(r => ProbeCost.Measure(r.Probe)).ToArray());
        cancellation.ThrowIfCancellationRequested();
        DemoReport.Write(results, costs);
        return results.All(r => r.IsAsExpected);
    }

    private static void ApplyRules(Sandbox sandbox, CancellationToken cancellation)
    {
        ChildResult applied = FirewallCommand.Run(sandbox.ClientNamespace, ["apply", "--temporary", "-"], ProbeList.Rules);
        cancellation.ThrowIfCancellationRequested();
        if (applied.ExitCode != 0)
        {
            throw new DemoException($"minifw apply failed with exit code {applied.ExitCode}: {applied.Error.Trim()}");
        }
    }

    private static T InClient<T>(Sandbox sandbox, Func<T> work) => NetworkNamespaceThread.Run(sandbox.PathOf(Place.Client), work);

    private static CounterSnapshot ReadCounters()
    {
        LoadedRuleSet loaded = FirewallEngine.Open().Read() ?? throw new DemoException("the rules are gone from the client");
        var packets = new Dictionary<CounterKey, ulong>();
        foreach (Chain chain in loaded.Rules.Chains)
        {
            foreach (Family family in new[] { Family.IPv4, Family.IPv6 })
            {
                for (int rule = 0; rule <= chain.Rules.Length; rule++)
                {
                    packets[new(chain.Name, rule, family)] = loaded.OfRule(chain, rule, family).Packets;
                }
            }
        }

        return new(packets);
    }
}

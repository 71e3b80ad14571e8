using System.Globalization;
using MiniFirewall.Cli.Output;
using MiniFirewall.Policy;
using Spectre.Console;

namespace MiniFirewall.Cli.Demo;

/// <summary>What the demo prints.</summary>
internal static class DemoReport
{
    private static readonly Style Good = new(Color.Green), Bad = new(Color.Red, decoration: Decoration.Bold);

    internal static void Introduce(Sandbox sandbox)
    {
        Screen.Line($"A client, a router and three places with servers, each a network namespace ({sandbox.Name}-…); no way out.");
        Screen.Line("Names such as bigmart.com have several addresses there, IPv4 and IPv6, and only there. On the client:");
        Screen.Line();
        Screen.Line("minifw apply - <<'END'");
        Screen.Line(ProbeList.Rules + "END");
        Screen.Line();
    }

    internal static void Write(IReadOnlyList<ProbeResult> results, double[] costs)
    {
        Table table = new Table().RoundedBorder();
        foreach (string head in new[] { "from", "probe", "to", "expected", "what happened", "decided by", "counter" })
        {
            table.AddColumn(Screen.Column(head));
        }

        table.AddColumn(Screen.Column("ns/packet", right: true)).AddColumn(Screen.Column(""));
        foreach ((ProbeResult result, double cost) in results.Zip(costs))
        {
            table.AddRow(Row(result, cost));
        }

        Screen.Write(table);
        int bad = results.Count(r => !r.IsAsExpected);
        Screen.Line(bad == 0
            ? $"all {results.Count} probes met what the rules say"
            : $"{bad} of {results.Count} probes met something else than the rules say", bad == 0 ? Good : Bad);
        Screen.Line("counter: packets of the deciding rule or policy before and after the probe; a TCP probe that passes is several packets.");
        Screen.Line("ns/packet: the compiled program on the probe's first packet, by BPF_PROG_TEST_RUN; its loop, some 20 to 30 ns, is in it.");
    }

    private static Text[] Row(ProbeResult result, double cost)
    {
        Probe probe = result.Probe;
        return
        [
            Screen.Cell(probe.From),
            Screen.Cell(probe.Service),
            Screen.Cell($"{probe.Target} {probe.Address}"),
            Screen.Cell(Expectation(probe)),
            Screen.Cell($"{(result.Happening.Verdict == Verdict.Accept ? "passed" : "dropped")}: {result.Happening.Words}"),
            Screen.Cell(result.Risen.Count == 0 ? "nobody counted" : string.Join(", ", result.Risen.Select(Name))),
            Screen.Cell(result.Before is null ? "-" : $"{result.Before} > {result.After}"),
            Screen.Cell(cost.ToString("F0", CultureInfo.InvariantCulture)),
            result.IsAsExpected ? Screen.Cell("ok", Good) : Screen.Cell("WRONG", Bad),
        ];
    }

    private static string Expectation(Probe probe) =>
        $"{(probe.Expected == Verdict.Accept ? "pass" : "drop")}, {Name(new(probe.Chain, probe.Rule, probe.Family))}";

    private static string Name(CounterKey key) =>
        $"{key.Chain} {(key.Rule == 0 ? "policy" : key.Rule)}";
}

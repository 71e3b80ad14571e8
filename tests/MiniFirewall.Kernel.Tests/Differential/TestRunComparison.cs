using MiniFirewall.Analysis;
using MiniFirewall.Kernel.Tests.Support;
using MiniFirewall.Packets;
using MiniFirewall.Policy;
using MiniFirewall.Rules.Model;
using MiniFirewall.Testing;

namespace MiniFirewall.Kernel.Tests.Differential;

/// <summary>The evaluator beside the compiled programs by test run: every verdict, and after all packets every counter.</summary>
internal sealed class TestRunComparison(LoadOptions? options = null) : IDisposable
{
    private readonly TestRunFirewall _compiled = new(options);

    /// <summary>Verdicts compared so far.</summary>
    internal int Verdicts { get; private set; }

    internal int Dropped { get; private set; }

    internal int Invalid { get; private set; }

    /// <summary>The first difference, in words; null where there is none.</summary>
    internal string? FindDifference(Scenario scenario)
    {
        RuleSet rules = RuleReading.Read(scenario.Rules.Text);
        _compiled.Load(rules);
        var evaluator = new Evaluator(rules);
        var expected = new CounterTally();
        foreach (Packet packet in scenario.Packets.Where(_compiled.CanMeet))
        {
            if (VerdictDiffers(evaluator, packet, expected))
            {
                return Print(scenario, evaluator, packet);
            }
        }

        return CountersDiffer(expected) ? FindCounterDifference(scenario, evaluator) : null;
    }

    public void Dispose() => _compiled.Dispose();

    private bool VerdictDiffers(Evaluator evaluator, Packet packet, CounterTally expected)
    {
        Judgement judgement = evaluator.Judge(packet, trace: false, expected);
        Verdicts++;
        Dropped += judgement.Verdict == Verdict.Drop ? 1 : 0;
        Invalid += judgement.DecidedBy.Kind == DecisionKind.Invalid ? 1 : 0;

        // Every second packet takes the slow path.
        return _compiled.Run(packet, slowPath: Verdicts % 2 == 0) != (judgement.Verdict == Verdict.Accept);
    }

    private bool CountersDiffer(CounterTally expected)
    {
        Counters[] added = _compiled.TakeAdded();
        for (int i = 0; i < _compiled.Book.Count; i++)
        {
            (Family family, CounterPlace place) = _compiled.Book.Owner(i);
            if (i != 0 && added[i] != expected[family, new CounterKey(place.Chain, place.Rule)])
            {
                return true;
            }
        }

        return added.Skip(_compiled.Book.Count).Append(added[0]).Any(counters => counters != default);
    }

    private string FindCounterDifference(Scenario scenario, Evaluator evaluator)
    {
        foreach (Packet packet in scenario.Packets.Where(_compiled.CanMeet))
        {
            foreach (bool slowPath in new[] { false, true })
            {
                var expected = new CounterTally();
                evaluator.Judge(packet, trace: false, expected);
                _compiled.Run(packet, slowPath);
                if (CountersDiffer(expected))
                {
                    return Print(scenario, evaluator, packet);
                }
            }
        }

        return $"the counters of all packets together differ, those of each alone do not\n{scenario.Rules.Text}";
    }

    private string Print(Scenario scenario, Evaluator evaluator, Packet packet)
    {
        string seen;
        _compiled.TakeAdded();
        try
        {
            seen = _compiled.Judge(packet)!.ToString();
        }
        catch (InvalidOperationException paths)
        {
            seen = paths.Message;
        }

        return FailingCase.Print(
            scenario.Rules.Text, packet, ("evaluator", FailingCase.Print(evaluator.Judge(packet))), ("compiled", seen));
    }
}

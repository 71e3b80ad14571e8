using CsCheck;
using MiniFirewall.Kernel.Tests.Support;
using MiniFirewall.Packets;
using MiniFirewall.Testing;
using Xunit;

namespace MiniFirewall.Kernel.Tests.Differential;

/// <summary>One rule set after another committed by the engine, each before real packets.</summary>
public sealed class EngineTrafficTests(ITestOutputHelper output)
{
    private static readonly string[] Interfaces = ["eth0", "eth1"];
    private int _compared, _committed, _refused;

    [Fact]
    public void What_the_engine_commits_judges_as_the_evaluator_does()
    {
        using var engine = new EngineFirewall(Interfaces);
        using var evaluator = new EvaluatorFirewall();
        while (_committed < Budget.Commits)
        {
            Scenario.Real(packets: 20, [.. Interfaces]).Sample(scenario => Compare(scenario, engine, evaluator), iter: Budget.Commits, threads: 1);
            Assert.True(_refused < 20 * Budget.Commits, "nearly all rule sets are refused");
        }

        output.WriteLine($"{_committed} commits, {_refused} rule sets refused by name, {_compared} packets met their hooks, 0 differences");
        Assert.True(_compared > _committed * 15);
    }

    private void Compare(Scenario scenario, EngineFirewall engine, EvaluatorFirewall evaluator)
    {
        try
        {
            engine.Load(scenario.Texts);
        }
        catch (Exception exception) when (OldKernel.Refuses(exception))
        {
            _refused++;
            return;
        }

        _committed++;
        evaluator.Load(scenario.Texts);
        foreach (Packet packet in scenario.Packets.Where(engine.CanMeet))
        {
            Observation expected = evaluator.Judge(packet)!;
            if (engine.Judge(packet) is { } seen)
            {
                // A packet of the kernel's own that comes between does not come again; a difference does.
                seen = expected.Equals(seen) ? seen : engine.Judge(packet)!;
                _compared++;
                Assert.True(
                    expected.Equals(seen),
                    FailingCase.Print(scenario.Rules.Text, packet, ("evaluator", $"{expected}"), ("engine", $"{seen}")));
            }
        }
    }
}

using System.Diagnostics;
using CsCheck;
using MiniFirewall.Kernel.Tests.Support;
using MiniFirewall.Packets;
using MiniFirewall.Testing;
using Xunit;

namespace MiniFirewall.Kernel.Tests.Differential;

/// <summary>Random rule sets before real packets: evaluator, the kernel's own iptables, and miniFirewall on its hooks.</summary>
public sealed class RealTrafficTests(ITestOutputHelper output) : IDisposable
{
    private const int PacketsOfASet = 100;
    private static readonly string[] Interfaces = ["eth0", "eth1", "wan0"];
    private readonly EvaluatorFirewall _evaluator = new();
    private readonly IptablesFirewall _iptables = new(Interfaces);
    private readonly LiveFirewall _live = new(Interfaces);
    private readonly Dictionary<(Family, Hook), int> _arrived = [];
    private int _sent, _repeated;

    public void Dispose()
    {
        _iptables.Dispose();
        _live.Dispose();
    }

    [Fact]
    public void Evaluator_iptables_and_miniFirewall_agree_on_every_packet()
    {
        var clock = Stopwatch.StartNew();
        int sets = 0;
        while (_arrived.Values.Sum() < Budget.RealPackets)
        {
            Scenario.Real(PacketsOfASet, [.. Interfaces]).Sample(Compare, iter: 20, threads: 1);
            sets += 20;
        }

        (uint packets, uint nonLinear) = _iptables.Device.CameIn;
        (uint Packets, uint NonLinear) live = _live.Device.CameIn;
        output.WriteLine(
            $"{sets} rule sets, {_sent} packets sent to each, {_arrived.Values.Sum()} met their hooks, every verdict and counter compared three "
            + $"ways, 0 differences; came in: {packets} and {live.Packets}, not linear: {nonLinear} and {live.NonLinear}; {clock.Elapsed.TotalSeconds:F0} s");
        output.WriteLine(string.Join(", ", _arrived.Select(hook => $"{hook.Key.Item1} {hook.Key.Item2}: {hook.Value}")));
        output.WriteLine($"packets judged again because a packet of the kernel's own came between: {_repeated}");
        Assert.True(_repeated <= _sent / 1000);
        Assert.Equal(6, _arrived.Count);
        Assert.All(_arrived.Values, count => Assert.True(count > Budget.RealPackets / 20));
        Assert.True(live.NonLinear > live.Packets / 2, "most packets that come in must lie in page fragments");
    }

    private void Compare(Scenario scenario)
    {
        RuleTexts texts = scenario.Texts;
        foreach (IFirewall way in new IFirewall[] { _evaluator, _iptables, _live })
        {
            way.Load(texts);
        }

        foreach (Packet packet in scenario.Packets.Where(Device.CanMeet))
        {
            Place(_sent++);
            Observation expected = _evaluator.Judge(packet)!;
            (Observation? iptables, Observation? live) = JudgeForReal(packet);
            if (!Agree(expected, iptables, live))
            {
                // Now and then a kernel sends a packet of its own, a multicast report say, that counts too. What rules mean
                // does not change from one time to the next: a difference is one that stays.
                _repeated++;
                (iptables, live) = JudgeForReal(packet);
            }

            bool arrived = iptables is not null;
            Assert.True(
                Agree(expected, iptables, live),
                FailingCase.Print(
                    scenario.Rules.Text, packet, ("on", $"{packet.Hook} {packet.InInterface} {packet.OutInterface}"), ("evaluator", $"{expected}"),
                    ("iptables", $"{iptables}"), ("miniFirewall", $"{live}"), ("place", $"{_live.Device.Placement}")));
            if (arrived)
            {
                _arrived[(packet.Family, packet.Hook)] = _arrived.GetValueOrDefault((packet.Family, packet.Hook)) + 1;
            }
        }
    }

    private static bool Agree(Observation expected, Observation? iptables, Observation? live) =>
        iptables is null ? live is null : expected.Equals(iptables) && expected.Equals(live);

    private (Observation? Iptables, Observation? Live) JudgeForReal(Packet packet) => (_iptables.Judge(packet), _live.Judge(packet));

    // Every length of the linear part comes up, with fragments of many sizes.
    private void Place(int number) =>
        _iptables.Device.Placement = _live.Device.Placement = new Placement(number % 97, 1 + (number % 61));
}

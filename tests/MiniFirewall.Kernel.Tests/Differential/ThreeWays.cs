using MiniFirewall.Kernel.Tests.Support;
using MiniFirewall.Packets;
using MiniFirewall.Testing;
using Xunit;

namespace MiniFirewall.Kernel.Tests.Differential;

/// <summary>Real packets before the evaluator, the kernel's own iptables, and miniFirewall on its hooks; all must see the same.</summary>
internal sealed class ThreeWays(IReadOnlyList<string> interfaces, CompilationWay way = CompilationWay.AsChosen) : IDisposable
{
    private readonly EvaluatorFirewall _evaluator = new();
    private readonly IptablesFirewall _iptables = new(interfaces);
    private readonly LiveFirewall _live = new(interfaces, way);
    private string _rules = "";

    internal Device Iptables => _iptables.Device;

    internal Device Live => _live.Device;

    /// <summary>
    /// False where rules ask for what the evaluator is not told of a real packet, such as what its addresses are to the routing: then
    /// iptables and miniFirewall are compared with one another.
    /// </summary>
    internal bool HasEvaluator { get; init; } = true;

    /// <summary>Packets sent to each.</summary>
    internal int Sent { get; private set; }

    /// <summary>Packets judged again because a packet of the kernel's own came between.</summary>
    internal int Repeated { get; private set; }

    internal void Load(RuleTexts texts)
    {
        _rules = texts.Whole;

        // iptables last: on old kernels miniFirewall refuses many rule sets, and soon.
        foreach (IFirewall one in new IFirewall[] { _evaluator, _live, _iptables })
        {
            one.Load(texts);
        }
    }

    /// <summary>Sends a packet each way, fails where they differ, and says whether it met its hook; what this kernel's tables mean otherwise is not sent.</summary>
    internal bool Arrives(Packet packet)
    {
        if (!OverlongHeaders.AreJudgedAlike(packet) || !ManyHeaders.AreJudgedAlike(packet)
            || !LaterFragments.AreJudgedAlike(packet, _rules) || !SegmentSizes.AreJudgedAlike(packet, _rules))
        {
            return false;
        }

        Place(Sent++);
        Observation? expected = HasEvaluator ? _evaluator.Judge(packet) : null;
        (Observation? iptables, Observation? live) = JudgeForReal(packet);
        if (!Agree(expected, iptables, live))
        {
            // Now and then a kernel sends a packet of its own, a multicast report say, that counts too. What rules mean
            // does not change from one time to the next: a difference is one that stays.
            Repeated++;
            (iptables, live) = JudgeForReal(packet);
        }

        Assert.True(
            Agree(expected, iptables, live),
            FailingCase.Print(
                Shown(_rules), packet, ("on", $"{packet.Hook} {packet.InInterface} {packet.OutInterface}"), ("evaluator", $"{expected}"),
                ("iptables", $"{iptables}"), ("miniFirewall", $"{live}"), ("place", $"{_live.Device.Placement}")));
        return iptables is not null;
    }

    public void Dispose()
    {
        _iptables.Dispose();
        _live.Dispose();
    }

    private static string Shown(string rules) => rules.Length < 20_000 ? rules : rules[..20_000] + "...";

    private static bool Agree(Observation? expected, Observation? iptables, Observation? live) =>
        iptables is null ? live is null : iptables.Equals(live) && (expected is null || expected.Equals(iptables));

    private (Observation? Iptables, Observation? Live) JudgeForReal(Packet packet) => (_iptables.Judge(packet), _live.Judge(packet));

    // Every length of the linear part comes up, with fragments of many sizes.
    private void Place(int number) =>
        _iptables.Device.Placement = _live.Device.Placement = new Placement(number % 97, 1 + (number % 61));
}

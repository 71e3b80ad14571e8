using System.Diagnostics;
using CsCheck;
using MiniFirewall.Kernel.Tests.Support;
using MiniFirewall.Packets;
using Xunit;

namespace MiniFirewall.Kernel.Tests.Differential;

/// <summary>Random rule sets before real packets: evaluator, the kernel's own iptables, and miniFirewall on its hooks.</summary>
public sealed class RealTrafficTests(ITestOutputHelper output) : IDisposable
{
    private const int PacketsOfASet = 100;

    /// <summary>Rule sets between two looks at how many packets have met their hooks: few where few are wanted, since an emulated processor is slow.</summary>
    private static readonly int s_setsOfARound = Math.Clamp(Budget.RealPackets / PacketsOfASet, 4, 20);

    private static readonly string[] Interfaces = ["eth0", "eth1", "wan0"];
    private readonly ThreeWays _ways = new(Interfaces);
    private readonly Dictionary<(Family, Hook), int> _arrived = [];
    private int _refused;

    public void Dispose() => _ways.Dispose();

    [Fact]
    public void Evaluator_iptables_and_miniFirewall_agree_on_every_packet()
    {
        var clock = Stopwatch.StartNew();
        int sets = 0;
        while (_arrived.Values.Sum() < Budget.RealPackets)
        {
            Scenario.Real(PacketsOfASet, [.. Interfaces]).Sample(Compare, iter: s_setsOfARound, threads: 1);
            sets += s_setsOfARound;
            Assert.True(sets < 20 || _refused < sets - (sets / 20), "nearly all rule sets are refused");
        }

        (uint Packets, uint NonLinear) iptables = _ways.Iptables.CameIn, live = _ways.Live.CameIn;
        output.WriteLine(
            $"{sets} rule sets, {_refused} refused by name, {_ways.Sent} packets sent to each, {_arrived.Values.Sum()} met their hooks, every verdict and counter compared three "
            + $"ways, 0 differences; came in: {iptables.Packets} and {live.Packets}, not linear: {iptables.NonLinear} and {live.NonLinear}; "
            + $"{clock.Elapsed.TotalSeconds:F0} s");
        output.WriteLine(string.Join(", ", _arrived.Select(hook => $"{hook.Key.Item1} {hook.Key.Item2}: {hook.Value}")));
        output.WriteLine($"packets judged again because a packet of the kernel's own came between: {_ways.Repeated}");
        Assert.True(_ways.Repeated <= _ways.Sent / 1000);
        Assert.Equal(6, _arrived.Count);
        Assert.All(_arrived.Values, count => Assert.True(count > Budget.RealPackets / 20));
        Assert.True(live.NonLinear > live.Packets / 2, "most packets that come in must lie in page fragments");
    }

    private void Compare(Scenario scenario)
    {
        try
        {
            _ways.Load(scenario.Texts);
        }
        catch (Exception exception) when (OldKernel.Refuses(exception))
        {
            _refused++;
            return;
        }

        foreach (Packet packet in scenario.Packets.Where(Device.CanMeet))
        {
            if (_ways.Arrives(packet))
            {
                _arrived[(packet.Family, packet.Hook)] = _arrived.GetValueOrDefault((packet.Family, packet.Hook)) + 1;
            }
        }
    }
}

using MiniFirewall.Kernel.Tests.Support;
using MiniFirewall.Packets;
using Xunit;

namespace MiniFirewall.Kernel.Tests.Surroundings;

/// <summary>-m physdev on a bridge between two neighbours, beside the kernel's own iptables.</summary>
public sealed class BridgeTests : IDisposable
{
    private readonly NetworkNamespace _bridge = new(), _left = new(), _right = new();

    public BridgeTests()
    {
        foreach ((NetworkNamespace place, string port, string address) in new[] { (_left, "left0", "192.0.2.2"), (_right, "right0", "192.0.2.3") })
        {
            _bridge.Execute("ip", ["link", "add", port, "type", "veth", "peer", "name", "eth0", "netns", place.Run(Neighbours.ThreadId)]);
            place.Execute("ip", ["link", "set", "eth0", "up"]);
            place.Execute("ip", ["address", "add", address + "/24", "dev", "eth0"]);
            place.Execute("ip", ["route", "add", "default", "via", "192.0.2.1"]);
        }

        _bridge.SetSystemControl("ipv4/ip_forward", "1");
        _bridge.Execute("ip", ["-batch", "-"], """
            link set lo up
            link add br0 type bridge
            link set left0 master br0
            link set right0 master br0
            link set left0 up
            link set right0 up
            link set br0 up
            address add 192.0.2.1/24 dev br0
            address add 198.51.100.1/24 dev br0

            """);
        _bridge.Run(() => File.WriteAllText("/proc/sys/net/bridge/bridge-nf-call-iptables", "1"));
    }

    public void Dispose()
    {
        _bridge.Dispose();
        _left.Dispose();
        _right.Dispose();
    }

    [Fact]
    public void Physdev_knows_the_ports_of_a_bridge()
    {
        using var firewalls = new SideBySide(_bridge, Family.IPv4);
        string[] asked =
        [
            "--physdev-in left0", "--physdev-in left+", "--physdev-in lef", "--physdev-in +", "--physdev-in right0", "--physdev-out right0", "--physdev-out r+",
            "--physdev-out left0", "--physdev-is-in", "--physdev-is-out", "--physdev-is-bridged",
        ];
        string[] notOut = [.. asked.Where(option => !option.Contains("-out", StringComparison.Ordinal))];
        firewalls.Load(
        [
            .. Both("INPUT", asked), .. Both("FORWARD", asked), .. Both("OUTPUT", notOut),
            "-A FORWARD -m physdev --physdev-in left0 --physdev-out right0 --physdev-is-bridged", "-A FORWARD -m physdev ! --physdev-in left0 ! --physdev-out left0 --physdev-is-in",
        ]);
        WaitForThePorts(firewalls);
        var counts = firewalls.Count(() =>
        {
            Neighbours.Send(_left, "192.0.2.3");
            Neighbours.Send(_right, "192.0.2.2");
            Neighbours.Send(_left, "192.0.2.1");
            Neighbours.Send(_left, "198.51.100.7");
            Neighbours.Send(_bridge, "192.0.2.3");
        });
        Assert.True(counts[new CounterPlace("FORWARD", 1)] >= 1, "bridged from the left");
        Assert.True(counts[new CounterPlace("FORWARD", 11)] >= 1, "bridged to the right");
        Assert.True(counts[new CounterPlace("INPUT", 1)] >= 1, "from the left to the bridge");
    }

    /// <summary>A port carries nothing until the kernel has seen its cable, a moment later.</summary>
    private void WaitForThePorts(SideBySide firewalls)
    {
        foreach ((NetworkNamespace from, string to) in new[] { (_left, "192.0.2.3"), (_right, "192.0.2.2") })
        {
            for (int i = 0; i < 100 && !firewalls.Count(() => Neighbours.Send(from, to)).ContainsKey(new CounterPlace("FORWARD", 0)); i++)
            {
            }
        }
    }

    private static IEnumerable<string> Both(string chain, string[] options) =>
        options.SelectMany(option => new[] { $"-A {chain} -m physdev {option}", $"-A {chain} -m physdev ! {option}" });
}

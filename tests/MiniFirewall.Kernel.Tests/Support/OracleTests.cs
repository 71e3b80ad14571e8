using MiniFirewall.Packets;
using MiniFirewall.Rules.Model;
using Xunit;

namespace MiniFirewall.Kernel.Tests.Support;

/// <summary>The oracle itself: packets meet the hook they are made for, on every path, and each is attributed exactly.</summary>
public sealed class OracleTests : IDisposable
{
    private readonly IptablesFirewall _iptables = new(["eth0", "eth1", "wan0"]);

    public void Dispose() => _iptables.Dispose();

    [Theory]
    [InlineData(Hook.LocalIn, "eth0", "")]
    [InlineData(Hook.LocalIn, "wan0", "")]
    [InlineData(Hook.Forward, "eth0", "eth1")]
    [InlineData(Hook.Forward, "eth1", "wan0")]
    [InlineData(Hook.LocalOut, "", "eth0")]
    [InlineData(Hook.LocalOut, "", "wan0")]
    public void Interfaces_marks_and_hop_limits_reach_the_hook(Hook hook, string entry, string exit)
    {
        string chain = hook switch { Hook.LocalIn => "INPUT", Hook.Forward => "FORWARD", _ => "OUTPUT" };
        string names = (entry.Length > 0 ? "-i " + entry + " " : "") + (exit.Length > 0 ? "-o " + exit + " " : "");
        foreach (Family family in new[] { Family.IPv4, Family.IPv6 })
        {
            string hops = family == Family.IPv4 ? "-m ttl --ttl-eq 7" : "-m hl --hl-eq 7";
            string rule = $"-A T {names}-p udp -m udp --sport 1000 --dport 2000 -m mark --mark 0x1234 {hops} -j DROP";
            _iptables.Load(RuleTexts.Of([family], [":T -", $"-A {chain} -j T", $"-A {chain} -j ACCEPT", rule]));
            Packet packet = Udp(family, hook, entry, exit, 0x1234);
            Packet other = Udp(family, hook, entry, exit, 0x4321);
            var length = new Counters(1, (ulong)packet.Bytes.Length);
            Assert.Equal(
                new Observation(false, [new Hit(new(chain, 1), length), new Hit(new("T", 1), length)]),
                _iptables.Judge(packet));
            Assert.Equal(
                new Observation(true, [new Hit(new(chain, 1), length), new Hit(new(chain, 2), length)]),
                _iptables.Judge(other));
        }
    }

    [Fact]
    public void What_comes_in_is_not_linear()
    {
        foreach (Family family in new[] { Family.IPv4, Family.IPv6 })
        {
            (uint packets, uint nonLinear) = _iptables.Device.CameIn;
            for (int linear = 0; linear < 80; linear++)
            {
                _iptables.Device.Placement = new Placement(linear, 11);
                Assert.NotNull(_iptables.Judge(Udp(family, Hook.LocalIn, "eth0", "", 0)));
            }

            int length = Udp(family, Hook.LocalIn, "eth0", "", 0).Bytes.Length;
            Assert.Equal((packets + 80, nonLinear + (uint)length), _iptables.Device.CameIn);
        }
    }

    [Fact]
    public void A_packet_that_the_kernel_refuses_before_the_hook_is_told_apart()
    {
        Packet packet = Udp(Family.IPv4, Hook.LocalIn, "eth0", "", 0);
        byte[] bytes = packet.Bytes.ToArray();
        bytes[3]++;
        Assert.Null(_iptables.Judge(new Packet(Family.IPv4, Hook.LocalIn, bytes) { InInterface = "eth0" }));
        Assert.NotNull(_iptables.Judge(packet));
    }

    [Fact]
    public void The_kernel_joins_no_group_that_it_would_report_unasked()
    {
        string[] groups = _iptables.Device.Namespace.Run(() => File.ReadAllLines("/proc/thread-self/net/igmp6"));
        Assert.Contains(groups, group => group.Contains("eth0", StringComparison.Ordinal));
        Assert.All(groups, group => Assert.Matches("ff0[12]0000000000000000000000000001", group));
    }

    private static Packet Udp(Family family, Hook hook, string entry, string exit, uint mark)
    {
        byte[] bytes = family == Family.IPv4
            ? [0x45, 0, 0, 32, 0, 1, 0, 0, 7, 17, 0, 0, 198, 51, 100, 1, 203, 0, 113, 9]
            : [0x60, 0, 0, 0, 0, 12, 17, 7, 0x20, 1, 13, 0xb8, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0x20, 1, 13, 0xb8, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2];
        byte[] udp = [1000 >> 8, 1000 & 255, 2000 >> 8, 2000 & 255, 0, 12, 0, 0, 1, 2, 3, 4];
        return new Packet(family, hook, [.. bytes, .. udp]) { InInterface = entry, OutInterface = exit, Mark = mark };
    }
}

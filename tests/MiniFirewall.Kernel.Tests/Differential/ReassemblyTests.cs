using MiniFirewall.Kernel.Tests.Support;
using MiniFirewall.Packets;
using MiniFirewall.Packets.Building;
using MiniFirewall.Rules.Model;
using Xunit;

namespace MiniFirewall.Kernel.Tests.Differential;

/// <summary>
/// IPv4 fragments for this host meet INPUT as one packet, whose later parts lie in other socket buffers; ports that only
/// the first two fragments together hold are found all the same.
/// </summary>
public sealed class ReassemblyTests
{
    [Fact]
    public void INPUT_sees_the_whole_packet()
    {
        using var iptables = new IptablesFirewall(["eth0"]);
        using var live = new LiveFirewall(["eth0"]);
        RuleTexts rules = RuleTexts.Of([Family.IPv4], ["-A INPUT -f -j DROP", "-A INPUT -p tcp --dport 22 --syn -j DROP"]);
        var segment = new TcpSegment(1000, 22) { Payload = [.. new byte[44]] };
        Packet[] fragments = [.. Enumerable.Range(0, 8).Select(i => Fragment(segment, i))];
        var whole = new Counters(1, 20 + 64);
        foreach (IFirewall way in new IFirewall[] { iptables, live })
        {
            way.Load(rules);
            Assert.All(fragments[..^1], fragment => Assert.Null(way.Judge(fragment)));
            Hit hit = Assert.Single(way == live ? live.HitsOf(fragments[^1], out _) : iptables.HitsOf(fragments[^1], out _));
            Assert.Equal(new Hit(new CounterPlace("INPUT", 2), whole), hit);
        }
    }

    private static Packet Fragment(TcpSegment segment, int index)
    {
        IPv4Header header = IPv4Header.Between("198.51.100.1", "203.0.113.9") with
        {
            Identification = 7,
            FragmentOffset = index,
            MoreFragments = index < 7,
        };
        return new Packet(Family.IPv4, Hook.LocalIn, header.Carry(new FragmentSlice(segment, index, 8))) { InInterface = "eth0" };
    }
}

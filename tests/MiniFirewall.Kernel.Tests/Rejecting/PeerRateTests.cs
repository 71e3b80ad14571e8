using System.Diagnostics;
using MiniFirewall.Engine.Rejecting;
using MiniFirewall.Packets;
using MiniFirewall.Packets.Building;
using Xunit;

namespace MiniFirewall.Kernel.Tests.Rejecting;

/// <summary>ICMP errors have a limit for each peer.</summary>
public sealed class PeerRateTests
{
    private long _now;

    [Fact]
    public void Six_at_once_and_then_one_in_each_interval()
    {
        var rate = new PeerRate(_ => TimeSpan.FromSeconds(1), () => _now);
        Assert.Equal(6, Taken(rate, 1, 20));
        Assert.Equal(6, Taken(rate, 2, 20));
        _now += Stopwatch.Frequency - 1;
        Assert.Equal(0, Taken(rate, 1, 5));
        _now += 1;
        Assert.Equal(1, Taken(rate, 1, 5));
        _now += 100 * Stopwatch.Frequency;
        Assert.Equal(6, Taken(rate, 1, 20));
    }

    [Fact]
    public void None_where_the_setting_is_zero() => Assert.Equal(1000, Taken(new PeerRate(_ => TimeSpan.Zero, () => 0), 1, 1000));

    [Fact]
    public void A_flood_of_peers_takes_no_more_memory()
    {
        var rate = new PeerRate(_ => TimeSpan.FromSeconds(1), () => 0);
        long before = GC.GetTotalMemory(true);
        for (int peer = 0; peer < 1_000_000; peer++)
        {
            rate.TryTake(Family.IPv4, (UInt128)peer);
        }

        Assert.InRange(GC.GetTotalMemory(true) - before, 0, 8 << 20);
        GC.KeepAlive(rate);
    }

    /// <summary>The kernel's own and the service, before the same packets at once.</summary>
    [Fact]
    public void As_many_as_iptables()
    {
        byte[] packet = IPv4Header.Between(RejectTwin.PeerV4, RejectTwin.RouterV4).Carry(new UdpDatagram(4000, 53));
        using var iptables = new IptablesTwin();
        using var minifw = new MinifwTwin();
        var counts = new List<int>();
        foreach (RejectTwin twin in (RejectTwin[])[iptables, minifw])
        {
            twin.Namespace.Run(() => File.WriteAllText("/proc/sys/net/ipv4/icmp_ratelimit", "10000"));
            twin.Load(Family.IPv4, ["-A INPUT -p udp -m udp --dport 53 -j REJECT"]);
            Thread.Sleep(1200);
            counts.Add(twin.CountAnswers(Family.IPv4, packet, 50));
        }

        Assert.Equal([PeerRate.Burst, PeerRate.Burst], counts);
    }

    private static int Taken(PeerRate rate, int peer, int times) => Enumerable.Range(0, times).Count(_ => rate.TryTake(Family.IPv4, (UInt128)peer));
}

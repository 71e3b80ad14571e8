using System.Diagnostics;
using MiniFirewall.Engine;
using MiniFirewall.Engine.Serving;
using MiniFirewall.Kernel.Tests.Engine;
using MiniFirewall.Kernel.Tests.Rejecting;
using MiniFirewall.Kernel.Tests.Support;
using MiniFirewall.Packets;
using Xunit;

namespace MiniFirewall.Kernel.Tests.Handing;

/// <summary>
/// NFLOG: a reader gets of the same packets the same messages as from the kernel's own NFLOG, which has another group, attribute by
/// attribute, all but the time.
/// </summary>
public sealed class NflogTests : IDisposable
{
    private const int Ours = 7, Kernels = 8;
    private const byte Meta = 1, Packet = 2;
    private const string PeerV4 = "192.0.2.9", RouterV4 = "192.0.2.1", PeerV6 = "2001:db8:1::9", RouterV6 = "2001:db8:1::1";

    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(700);

    private readonly TestNamespace _namespace = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly Tap _left;
    private Task<ServiceTally>? _service;

    public NflogTests()
    {
        // No packets but those of the test: nothing is asked of the link, and no address is made for it.
        _left = _namespace.Run(() =>
        {
            foreach ((string setting, string value) in (ReadOnlySpan<(string, string)>)[("router_solicitations", "0"), ("accept_dad", "0"), ("addr_gen_mode", "1")])
            {
                File.WriteAllText($"/proc/sys/net/ipv6/conf/default/{setting}", value);
            }

            return new Tap("left");
        });
        foreach (string line in (string[])
        [
            "link set left up", $"addr add {RouterV4}/24 brd + dev left", $"addr add {RouterV6}/64 dev left nodad",
            $"neigh add {PeerV4} lladdr 02:00:00:00:00:09 dev left nud permanent", $"neigh add {PeerV6} lladdr 02:00:00:00:00:09 dev left nud permanent",
        ])
        {
            Command.Run(["ip", "-n", _namespace.Name, .. line.Split(' ')]);
        }
    }

    [Theory]
    [InlineData(Family.IPv4, "", Packet, 0xffffu)]
    [InlineData(Family.IPv6, "", Packet, 0xffffu)]
    [InlineData(Family.IPv4, " --nflog-prefix \"a prefix\"", Packet, 0xffffu)]
    [InlineData(Family.IPv6, " --nflog-prefix \"abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz01234567890\" --nflog-threshold 1", Packet, 100u)]
    [InlineData(Family.IPv4, " --nflog-size 60", Packet, 0xffffu)]
    [InlineData(Family.IPv4, " --nflog-size 0", Packet, 0xffffu)]
    [InlineData(Family.IPv4, " --nflog-size 60", Packet, 30u)]
    [InlineData(Family.IPv4, " --nflog-range 60", Packet, 0xffffu)]
    [InlineData(Family.IPv6, "", Meta, 0u)]
    public void A_reader_gets_what_the_kernel_gives(Family family, string options, byte mode, uint range)
    {
        Load(family, options);
        (NetlinkGroup ours, NetlinkGroup kernels) = _namespace.Run(() => (new NetlinkGroup(Ours, mode, range), new NetlinkGroup(Kernels, mode, range)));
        using (ours)
        using (kernels)
        {
            Serve();
            foreach ((string name, byte[] bytes, bool isBroadcast) in family == Family.IPv4 ? RejectedPackets.V4(RouterV4) : RejectedPackets.V6(RouterV6))
            {
                _left.Write(family, bytes, new Placement(name.Length % 3 * 100, 4096), isBroadcast);
            }

            // Packets of a socket that is somebody's go out and come in again.
            string address = family == Family.IPv4 ? "127.0.0.1" : "::1";
            Command.Run("ip", "netns", "exec", _namespace.Name, "setpriv", "--reuid=1234", "--regid=2345", "--clear-groups", "bash", "-c",
                $"echo > /dev/udp/{address}/9; echo > /dev/tcp/{address}/9 || true");
            List<string> expected = Sorted(kernels.ReadAll(Patience)), seen = Sorted([.. ours.ReadAll(Patience).Select(AsHere)]);
            Assert.Equal(string.Join('\n', expected), string.Join('\n', seen));
            Assert.InRange(seen.Count, 40, 1000);
            Assert.Contains(seen, packet => packet.Contains(" 11=000004D2 14=00000929", StringComparison.Ordinal));
            Assert.Equal((seen.Count, 0L, 0L), Tally(Stop()));
        }
    }

    [Fact]
    public void Without_service_or_reader_packets_go_on()
    {
        _namespace.Apply($"-A OUTPUT -p udp --dport 2001 -j NFLOG --nflog-group {Ours}\n-A OUTPUT -p udp --dport 2002 -j DROP\n");
        _namespace.Run(() => Assert.Equal("4:2002 6:2002", Probe.Dropped(2001, 2002)));
        Assert.False(Status().PacketsAreHanded);
        Serve();
        _namespace.Run(() => Assert.Equal("4:2002 6:2002", Probe.Dropped(2001, 2002)));
        using NetlinkGroup reader = _namespace.Run(() => new NetlinkGroup(Ours, Packet, 0xffff));
        Thread.Sleep(300);
        _namespace.Run(() => Assert.Equal("4:2002 6:2002", Probe.Dropped(2001, 2002)));
        int read = reader.ReadAll(Patience).Count;
        Assert.NotEqual(0, read);
        Assert.Equal((read, read, 0L), Tally(Stop()));
        Assert.False(Status().PacketsAreHanded);
    }

    public void Dispose()
    {
        Stop();
        _stop.Dispose();
        _left.Dispose();
        _namespace.Dispose();
    }

    private static (long Handed, long Unread, long Failed) Tally(ServiceTally? tally) => (tally!.Packets.Handed, tally.Packets.Unread, tally.Packets.Failed);

    /// <summary>Before Linux 6.4 the kernel tells the time of a packet only where somebody had its arrival stamped (nfnetlink_log.c).</summary>
    private static string AsHere(string packet) => Environment.OSVersion.Version < new Version(6, 4) ? packet.Replace(" 3=", "", StringComparison.Ordinal) : packet;

    /// <summary>Two processors may hand over in another order.</summary>
    private static List<string> Sorted(List<string> packets)
    {
        packets.Sort(StringComparer.Ordinal);
        return packets;
    }

    private void Load(Family family, string options)
    {
        string command = family == Family.IPv4 ? "iptables-legacy" : "ip6tables-legacy", prefix = family == Family.IPv4 ? "-4" : "-6";
        string rules = "";
        foreach (string chain in (string[])["INPUT", "OUTPUT"])
        {
            // Not the reports of multicast groups, which the machine sends whenever it likes.
            string match = $"-A {chain} ! -d {(family == Family.IPv4 ? "224.0.0.22" : "ff02::16")}";
            Command.Run("ip", "netns", "exec", _namespace.Name, "bash", "-c", $"{command} -w 30 {match} -j NFLOG --nflog-group {Kernels}{options}");
            rules += $"{prefix} {match} -j NFLOG --nflog-group {Ours}{options}\n";
        }

        _namespace.Apply(rules);
    }

    private FirewallStatus Status() => _namespace.Run(() => _namespace.Open().Status());

    private void Serve()
    {
        _service = Task.Factory.StartNew(
            () => _namespace.Run(() => _namespace.Open().Serve(new TokenRate(), _ => { }, _ => { }, _stop.Token)),
            CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        long start = Stopwatch.GetTimestamp();
        while (!Status().PacketsAreHanded)
        {
            Assert.True(!_service.IsCompleted && Stopwatch.GetElapsedTime(start) < TimeSpan.FromSeconds(10), $"packets are not handed: {_service.Exception}");
            Thread.Sleep(10);
        }
    }

    private ServiceTally? Stop()
    {
        _stop.Cancel();
        return _service?.GetAwaiter().GetResult();
    }
}

using System.Net;
using MiniFirewall.Kernel.Tests.Support;
using MiniFirewall.Packets;
using MiniFirewall.Packets.Building;
using Xunit;

namespace MiniFirewall.Kernel.Tests.Surroundings;

/// <summary>Matches about a packet's surroundings, before real packets, beside the kernel's own iptables.</summary>
public sealed class RealPacketTests : IDisposable
{
    private readonly Neighbours _places = new();

    public void Dispose() => _places.Dispose();

    [Fact]
    public void Mac_compares_the_address_of_the_neighbour()
    {
        using var firewalls = new SideBySide(_places.Host, Family.IPv4);
        string[] asked = [Neighbours.NeighbourLink, "02:00:5e:10:00:03"];
        firewalls.Load([.. new[] { "INPUT", "FORWARD" }.SelectMany(chain => asked.SelectMany(mac => new[] { $"-A {chain} -m mac --mac-source {mac}", $"-A {chain} -m mac ! --mac-source {mac}" }))]);
        var counts = firewalls.Count(() =>
        {
            Neighbours.Send(_places.Neighbour, "192.0.2.1");
            Neighbours.Send(_places.Neighbour, "10.9.0.77");
            Neighbours.Send(_places.Host, "127.0.0.1");
        });
        Assert.Equal(1ul, counts[new CounterPlace("INPUT", 1)]);
        Assert.Equal(1ul, counts[new CounterPlace("FORWARD", 1)]);
        Assert.False(counts.ContainsKey(new CounterPlace("FORWARD", 3)));
    }

    [Fact]
    public void Eui64_compares_the_source_with_the_neighbours_address()
    {
        using var firewalls = new SideBySide(_places.Host, Family.IPv6);
        firewalls.Load("-A INPUT -m eui64", "-A FORWARD -m eui64");
        var counts = firewalls.Count(() => Neighbours.SendRaw(
            _places.Neighbour, Family.IPv6, "2001:db8:1::1",
            [.. new[] { "2001:db8:1::2", "2001:db8:1:0:0:5eff:fe10:2", "2001:db8:7::5eff:fe10:2", "2001:db8:7::200:5eff:fe10:2" }
                .SelectMany(source => new[] { "2001:db8:1::1", "2001:db8:9::77" }.Select(to => Udp6(source, to)))]));
        Assert.Equal(2ul, counts[new CounterPlace("INPUT", 1)]);
    }

    [Theory]
    [InlineData(Family.IPv4)]
    [InlineData(Family.IPv6)]
    public void Pkttype_tells_broadcast_multicast_and_unicast_apart(Family family)
    {
        using var firewalls = new SideBySide(_places.Host, family);
        string[] types = ["unicast", "broadcast", "multicast", "otherhost"];
        firewalls.Load([.. new[] { "INPUT", "OUTPUT" }.SelectMany(chain => types.SelectMany(type => new[] { $"-A {chain} -m pkttype --pkt-type {type}", $"-A {chain} -m pkttype ! --pkt-type {type}" }))]);
        string group = family == Family.IPv4 ? "224.0.0.1" : "ff02::1";
        var counts = firewalls.Count(() =>
        {
            Send(_places.Neighbour, family, family == Family.IPv4 ? "192.0.2.1" : "2001:db8:1::1");
            Send(_places.Neighbour, family, group);
            Send(_places.Host, family, group);
            if (family == Family.IPv4)
            {
                Send(_places.Neighbour, family, "192.0.2.255");
                Send(_places.Host, family, "192.0.2.255");
            }
        });
        Assert.Equal(family == Family.IPv4 ? 2ul : 0ul, counts.GetValueOrDefault(new CounterPlace("INPUT", 3)));
        Assert.True(counts[new CounterPlace("INPUT", 5)] >= 2);
    }

    [Fact]
    public void Devgroup_compares_the_groups_of_both_interfaces()
    {
        _places.Host.Execute("ip", ["link", "set", "eth0", "group", "5"]);
        _places.Host.Execute("ip", ["link", "set", "eth1", "group", "0x105"]);
        using var firewalls = new SideBySide(_places.Host, Family.IPv4);
        firewalls.Load([.. new[] { "5", "0x105", "5/0xff", "0/0" }.SelectMany(group => new[]
        {
            $"-A INPUT -m devgroup --src-group {group}", $"-A FORWARD -m devgroup ! --src-group {group}", $"-A FORWARD -m devgroup --dst-group {group}",
            $"-A OUTPUT -m devgroup --dst-group {group}", $"-A FORWARD -m devgroup --src-group 5 ! --dst-group {group}",
        })]);
        var counts = firewalls.Count(() =>
        {
            Neighbours.Send(_places.Neighbour, "192.0.2.1");
            Neighbours.Send(_places.Neighbour, "10.9.0.77");
            Neighbours.Send(_places.Host, "10.9.0.77");
        });
        Assert.Equal(1ul, counts[new CounterPlace("INPUT", 1)]);
    }

    [Fact]
    public void Cpu_is_the_one_that_runs_the_hook()
    {
        using var firewalls = new SideBySide(_places.Host, Family.IPv4);
        firewalls.Load([.. Enumerable.Range(0, Environment.ProcessorCount).SelectMany(cpu => new[] { $"-A OUTPUT -m cpu --cpu {cpu}", $"-A OUTPUT -m cpu ! --cpu {cpu}" })]);
        for (int cpu = 0; cpu < Environment.ProcessorCount; cpu++)
        {
            int number = cpu;
            var counts = firewalls.Count(() => Neighbours.Send(_places.Host, "192.0.2.2", $"taskset -c {number}"));
            Assert.True(counts[new CounterPlace("OUTPUT", (2 * cpu) + 1)] >= 1);
        }
    }

    [Fact]
    public void Realm_is_that_of_the_route()
    {
        _places.Host.Execute("ip", ["route", "add", "10.9.1.0/24", "dev", "eth1", "realm", "7"]);
        _places.Host.Execute("ip", ["route", "add", "10.9.2.0/24", "dev", "eth1", "realm", "3/0x17"]);
        using var firewalls = new SideBySide(_places.Host, Family.IPv4);
        string[] realms = ["7", "0", "0x17", "7/0xf", "0x30017", "0x30000/0xff0000", "0x107/0xf"];
        firewalls.Load([.. new[] { "INPUT", "FORWARD", "OUTPUT" }.SelectMany(chain => realms.SelectMany(realm => new[] { $"-A {chain} -m realm --realm {realm}", $"-A {chain} -m realm ! --realm {realm}" }))]);
        var counts = firewalls.Count(() =>
        {
            foreach (string to in new[] { "192.0.2.1", "10.9.1.77", "10.9.2.77" })
            {
                Neighbours.Send(_places.Neighbour, to);
                Neighbours.Send(_places.Host, to);
            }
        });
        Assert.Equal(1ul, counts[new CounterPlace("FORWARD", 1)]);
        Assert.Equal(1ul, counts[new CounterPlace("FORWARD", 9)]);
    }

    [Theory]
    [InlineData(Family.IPv4)]
    [InlineData(Family.IPv6)]
    public void Owner_is_who_opened_the_socket(Family family)
    {
        using var firewalls = new SideBySide(_places.Host, family);
        string[] asked =
        [
            "--uid-owner 0", "--uid-owner 1234", "--uid-owner 1000-2000", "--uid-owner 1235-4294967294", "--gid-owner 2345", "--gid-owner 0",
            "--gid-owner 77 --suppl-groups", "--gid-owner 78-87 --suppl-groups", "--gid-owner 88-90 --suppl-groups", "--gid-owner 2345 --suppl-groups",
            "--socket-exists", "--uid-owner 1234 --gid-owner 77 --suppl-groups", "--socket-exists --uid-owner 1234 ! --gid-owner 1",
        ];
        firewalls.Load([.. asked.SelectMany(one => new[] { $"-A OUTPUT -m owner {one}", $"-A OUTPUT -m owner ! {one}" })]);
        string to = family == Family.IPv4 ? "192.0.2.2" : "2001:db8:1::2";
        foreach (string wrapper in new[] { "", "setpriv --reuid=1234 --regid=2345 --groups=77,88", "setpriv --reuid=4000 --regid=78 --clear-groups" })
        {
            Send(_places.Host, family, to);
            var counts = firewalls.Count(() => Neighbours.Send(_places.Host, to, wrapper));
            Assert.True(counts[new CounterPlace("OUTPUT", 21)] >= 1);
            Assert.Equal(wrapper.Contains("1234", StringComparison.Ordinal), counts.ContainsKey(new CounterPlace("OUTPUT", 3)));
            Assert.Equal(wrapper.Contains("77,88", StringComparison.Ordinal), counts.ContainsKey(new CounterPlace("OUTPUT", 17)));
        }

        // An answer of the kernel's own: to a port where nobody listens.
        firewalls.Count(() => Neighbours.Send(_places.Neighbour, family == Family.IPv4 ? "192.0.2.1" : "2001:db8:1::1"));
    }

    [Fact]
    public void The_class_of_a_socket_is_compared_where_there_is_one()
    {
        using var firewalls = new SideBySide(_places.Host, Family.IPv4);
        firewalls.Load([.. new[] { "INPUT", "OUTPUT" }.SelectMany(chain => new[] { "0", "1" }.SelectMany(id => new[] { $"-A {chain} -m cgroup --cgroup {id}", $"-A {chain} -m cgroup ! --cgroup {id}" }))]);
        var counts = firewalls.Count(() =>
        {
            Neighbours.Send(_places.Host, "192.0.2.2");
            Neighbours.Send(_places.Neighbour, "192.0.2.1");
            Neighbours.Send(_places.Host, "127.0.0.1");
        });
        Assert.True(counts[new CounterPlace("OUTPUT", 1)] >= 2);
        Assert.True(counts[new CounterPlace("OUTPUT", 4)] >= 2);
    }

    [Fact]
    public void The_cgroup_of_a_socket_is_looked_for_under_a_path()
    {
        string mount = File.ReadLines("/proc/self/mounts").Select(line => line.Split(' ')).FirstOrDefault(words => words[2] == "cgroup2")?[1] ?? "";
        Assert.SkipUnless(mount.Length > 0, "cgroups of version 2 are not mounted here");
        string top = $"minifw-test-{Environment.ProcessId}", inner = top + "/inner", other = top + "/other";
        foreach (string path in new[] { top, inner, other })
        {
            Directory.CreateDirectory(Path.Combine(mount, path));
        }

        try
        {
            using var firewalls = new SideBySide(_places.Host, Family.IPv4);
            firewalls.Load([.. new[] { "/", top, inner, other }.SelectMany(path => new[] { $"-A OUTPUT -m cgroup --path \"{path}\"", $"-A OUTPUT -m cgroup ! --path \"{path}\"" })]);
            foreach ((string path, int deepest) in new[] { (inner, 5), (other, 7), (top, 3), ("", 1) })
            {
                var counts = firewalls.Count(() => Neighbours.Send(_places.Host, "192.0.2.2", $"echo $$ > {Path.Combine(mount, path)}/cgroup.procs;"));
                Assert.True(counts.ContainsKey(new CounterPlace("OUTPUT", deepest)), path);
                Assert.Equal(path == inner, !counts.ContainsKey(new CounterPlace("OUTPUT", 6)));
            }
        }
        finally
        {
            foreach (string path in new[] { inner, other, top })
            {
                Directory.Delete(Path.Combine(mount, path));
            }
        }
    }

    [Fact]
    public void Policy_says_none_where_there_is_no_ipsec()
    {
        using var firewalls = new SideBySide(_places.Host, Family.IPv4);
        firewalls.Load(
            "-A INPUT -m policy --dir in --pol none", "-A INPUT -m policy --dir in --pol ipsec", "-A FORWARD -m policy --dir in --pol none",
            "-A FORWARD -m policy --dir out --pol ipsec", "-A OUTPUT -m policy --dir out --pol none", "-A OUTPUT -m policy --dir out --pol ipsec");
        var counts = firewalls.Count(() =>
        {
            Neighbours.Send(_places.Neighbour, "192.0.2.1");
            Neighbours.Send(_places.Neighbour, "10.9.0.77");
            Neighbours.Send(_places.Host, "192.0.2.2");
        });
        Assert.True(counts[new CounterPlace("INPUT", 1)] >= 1);
        Assert.True(counts[new CounterPlace("OUTPUT", 1)] >= 1);
    }

    private static byte[] Udp6(string source, string destination) => IPv6Header.Between(source, destination).Carry(new UdpDatagram(1000, 9));

    private static void Send(NetworkNamespace from, Family family, string to)
    {
        if (IPAddress.Parse(to).IsIPv6Multicast)
        {
            to += "%eth0";
        }

        from.Run(() =>
        {
            using var socket = new System.Net.Sockets.Socket(
                family == Family.IPv4 ? System.Net.Sockets.AddressFamily.InterNetwork : System.Net.Sockets.AddressFamily.InterNetworkV6,
                System.Net.Sockets.SocketType.Dgram, System.Net.Sockets.ProtocolType.Udp)
            { EnableBroadcast = family == Family.IPv4 };
            socket.SendTo([1, 2, 3], new IPEndPoint(IPAddress.Parse(to), 9));
        });
    }
}

using System.Globalization;
using System.Net;
using MiniFirewall.Kernel.Tests.Support;
using MiniFirewall.Packets;
using MiniFirewall.Packets.Building;
using Xunit;

namespace MiniFirewall.Kernel.Tests.Surroundings;

/// <summary>-m addrtype before packets with many addresses and routing tables of many shapes, beside the kernel's own iptables.</summary>
public sealed class AddressTypeTests(ITestOutputHelper output) : IDisposable
{
    private const int Packets = 400;
    private static readonly string[] Types = ["UNSPEC", "UNICAST", "LOCAL", "BROADCAST", "ANYCAST", "MULTICAST", "BLACKHOLE", "UNREACHABLE", "PROHIBIT"];
    private static readonly string[] TypesV6 = ["UNSPEC", "UNICAST", "LOCAL", "MULTICAST", "UNICAST,LOCAL", "MULTICAST,LOCAL"];
    private readonly Neighbours _places = new();
    private readonly Random _random = new(20);

    public void Dispose() => _places.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void IPv4_types_are_those_of_the_local_table(bool hasRoutingRules)
    {
        string[] addresses = [.. AddRoutes("-4", () => $"{10 + _random.Next(3)}.{_random.Next(4)}.{_random.Next(4)}.{_random.Next(256)}", 32, ["local", "broadcast", "multicast", "anycast", "unicast", "blackhole", "prohibit"])];
        if (hasRoutingRules)
        {
            _places.Host.Execute("ip", ["-4", "rule", "add", "pref", "100", "from", "10.1.0.0/16", "lookup", "main"]);
        }

        using var firewalls = new SideBySide(_places.Host, Family.IPv4);
        firewalls.Load(
        [
            .. Rules("INPUT", Types, "", " --limit-iface-in"), .. Rules("OUTPUT", Types, "", " --limit-iface-out"),
            .. Rules("FORWARD", Types[..6], "", " --limit-iface-in", " --limit-iface-out"),
            "-A INPUT -m addrtype --src-type UNICAST --dst-type LOCAL,BROADCAST", "-A INPUT -m addrtype ! --src-type LOCAL ! --dst-type LOCAL",
        ]);
        string[] odd = ["0.0.0.0", "0.1.2.3", "127.0.0.1", "127.255.255.255", "192.0.2.1", "192.0.2.0", "192.0.2.255", "192.0.2.2", "255.255.255.255", "224.0.0.1", "239.255.255.255", "240.0.0.1", "223.255.255.255", "10.9.0.1", "10.9.0.255"];
        string[] all = [.. odd, .. addresses];
        Compare(firewalls, Family.IPv4, all, "192.0.2.1", "192.0.2.2");
    }

    [Fact]
    public void IPv6_local_addresses_are_those_of_the_local_table()
    {
        string[] addresses = [.. AddRoutes("-6", () => $"2001:db8:{_random.Next(3)}::{_random.Next(4):x}:{_random.Next(65536):x}", 128, ["local", "unicast", "local"])];
        using var firewalls = new SideBySide(_places.Host, Family.IPv6);
        firewalls.Load([.. Rules("INPUT", TypesV6, ""), .. Rules("OUTPUT", TypesV6, ""), .. Rules("FORWARD", TypesV6, "")]);
        string[] odd = ["::1", "::", "::ffff:1.2.3.4", "::2", "::1:2:3", "2001:db8:1::1", "2001:db8:1::", "2001:db8:1::2", "2001:db8:9::1", "ff02::1", "ff0e::7", "fe80::1", "fc00::1"];
        Compare(firewalls, Family.IPv6, [.. odd, .. addresses], "2001:db8:1::1", "2001:db8:1::2");
    }

    private static IEnumerable<string> Rules(string chain, string[] types, params string[] limits) =>
        from limit in limits
        from type in types
        from option in new[] { "--src-type", "! --src-type", "--dst-type", "! --dst-type" }
        select $"-A {chain} -m addrtype {option} {type}{limit}";

    /// <summary>Adds routes of random lengths to the local table and to others, and returns addresses in them and beside them.</summary>
    private List<string> AddRoutes(string family, Func<string> address, int longest, string[] types)
    {
        List<string> addresses = [], lines = [];
        for (int i = 0; i < 150; i++)
        {
            string prefix = address(), type = types[_random.Next(types.Length)];
            int length = longest - (_random.Next(3) == 0 ? 0 : _random.Next(longest / 2));
            string device = type is "blackhole" or "prohibit" ? "" : _random.Next(3) switch { 0 => "dev lo", 1 => "dev eth0", _ => "dev eth1" };
            string table = type == "unicast" && _random.Next(2) == 0 ? "main" : "local";
            lines.Add($"route add {type} {Network(prefix, length)}/{length} {device} table {table}");
            addresses.AddRange([prefix, address()]);
        }

        // Some stand there already.
        _places.Host.Execute("ip", [family, "-force", "-batch", "-"], string.Join('\n', lines.Distinct()) + "\n", mayFail: true);
        return addresses;
    }

    private static string Network(string address, int length)
    {
        byte[] bytes = IPAddress.Parse(address).GetAddressBytes();
        for (int bit = length; bit < bytes.Length * 8; bit++)
        {
            bytes[bit / 8] &= (byte)~(0x80 >> (bit % 8));
        }

        return new IPAddress(bytes).ToString();
    }

    /// <summary>Packets in both directions with sources and destinations of a list.</summary>
    private void Compare(SideBySide firewalls, Family family, string[] addresses, string host, string neighbour)
    {
        ulong counted = 0;
        foreach ((NetworkNamespace from, string toward) in new[] { (_places.Host, neighbour), (_places.Neighbour, host) })
        {
            for (int i = 0; i < Packets; i += 20)
            {
                byte[][] packets = [.. Enumerable.Range(i, 20).Select(number => Packet(family, Pick(addresses, number), Pick(addresses, number + 7)))];
                counted += (ulong)firewalls.Count(() => Neighbours.SendRaw(from, family, toward, packets)).Where(count => count.Key.Rule == 0).Sum(count => (long)count.Value);
            }
        }

        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{family}: {counted} packets counted alike by every rule"));
        Assert.True(counted > Packets);
    }

    private string Pick(string[] addresses, int number) => number < addresses.Length ? addresses[number] : addresses[_random.Next(addresses.Length)];

    private static byte[] Packet(Family family, string source, string destination) => family == Family.IPv4
        ? IPv4Header.Between(source, destination).Carry(new UdpDatagram(1000, 9))
        : IPv6Header.Between(source, destination).Carry(new UdpDatagram(1000, 9));
}

using System.Net;
using MiniFirewall.Policy;

namespace MiniFirewall.Cli.Demo;

/// <summary>The eight rules, and probes of which each rule, and each policy, decides at least one.</summary>
internal static class ProbeList
{
    internal const string Rules = """
        iptables -A OUTPUT -p tcp -d bigmart.com -j ACCEPT
        iptables -A OUTPUT -p tcp -d bigmart-data.com -j ACCEPT
        iptables -A OUTPUT -p tcp -d ubuntu.com -j ACCEPT
        iptables -A OUTPUT -p tcp -d ca.archive.ubuntu.com -j ACCEPT
        iptables -A OUTPUT -p tcp --dport 80 -j DROP
        iptables -A OUTPUT -p tcp --dport 443 -j DROP
        iptables -A INPUT -p tcp -s 10.0.3.1 --dport 22 -j ACCEPT
        iptables -A INPUT -p tcp -s 0.0.0.0/0 --dport 22 -j DROP

        """;

    private const string Elsewhere = "elsewhere.example";

    internal static IReadOnlyList<Probe> All { get; } =
    [
        .. ToName("bigmart.com", Place.Shop, 10, 80, rule: 1),
        .. ToName("bigmart.com", Place.Shop, 11, 443, rule: 1),
        .. ToName("bigmart-data.com", Place.Shop, 21, 443, rule: 2),
        .. ToName("ubuntu.com", Place.Mirror, 11, 80, rule: 3),
        .. ToName("ca.archive.ubuntu.com", Place.Mirror, 20, 80, rule: 4),
        .. ToWorld(ProbeProtocol.Tcp, 80, Verdict.Drop, rule: 5),
        .. ToWorld(ProbeProtocol.Tcp, 443, Verdict.Drop, rule: 6),
        .. ToWorld(ProbeProtocol.Tcp, 8080, Verdict.Accept, rule: 0),
        .. ToWorld(ProbeProtocol.Udp, 53, Verdict.Accept, rule: 0),
        .. ToWorld(ProbeProtocol.Icmp, 0, Verdict.Accept, rule: 0),
        Ssh(Place.RouterRole, Place.Client.V4(2), Verdict.Accept, rule: 1),
        Ssh(Place.World.Role, Place.Client.V4(2), Verdict.Drop, rule: 2),
        // Both ssh rules name IPv4 addresses, so they say nothing of IPv6.
        Ssh(Place.World.Role, Place.Client.V6(2), Verdict.Accept, rule: 0),
    ];

    private static IEnumerable<Probe> ToName(string name, Place place, int host, int port, int rule) =>
        Both(place, host, a => new(ProbeProtocol.Tcp, Place.Client.Role, name, a, port, Verdict.Accept, "OUTPUT", rule));

    private static IEnumerable<Probe> ToWorld(ProbeProtocol protocol, int port, Verdict expected, int rule) =>
        Both(Place.World, 10, a => new(protocol, Place.Client.Role, Elsewhere, a, port, expected, "OUTPUT", rule));

    private static Probe Ssh(string from, string address, Verdict expected, int rule) =>
        new(ProbeProtocol.Tcp, from, "the client", IPAddress.Parse(address), 22, expected, "INPUT", rule);

    private static IEnumerable<Probe> Both(Place place, int host, Func<IPAddress, Probe> make) =>
        [make(IPAddress.Parse(place.V4(host))), make(IPAddress.Parse(place.V6(host)))];
}

using MiniFirewall.Packets;

namespace MiniFirewall.Testing.Rules;

/// <summary>Matches that ask for a packet's surroundings, each with and without '!', where the hook and the family allow them.</summary>
public static class SurroundingsRules
{
    private static readonly string[] Everywhere =
    [
        "pkttype ~--pkt-type unicast", "pkttype ~--pkt-type broadcast", "pkttype ~--pkt-type multicast", "pkttype ~--pkt-type otherhost",
        "cpu ~--cpu 1", "cpu ~--cpu 1234", "addrtype ~--src-type UNICAST", "addrtype ~--dst-type LOCAL", "addrtype ~--src-type LOCAL --dst-type UNICAST",
        "addrtype ~--dst-type MULTICAST", "addrtype ~--dst-type UNSPEC", "addrtype ~--src-type UNICAST,LOCAL", "addrtype ~--src-type MULTICAST,LOCAL",
        "physdev ~--physdev-in left0", "physdev ~--physdev-in left+", "physdev ~--physdev-in a-fifteen-chars", "physdev ~--physdev-in +",
        "physdev ~--physdev-is-in", "physdev ~--physdev-is-bridged", "physdev ~--physdev-is-in --physdev-in right0",
    ];

    private static readonly string[] OnlyIPv4 =
    [
        "realm ~--realm 5", "realm ~--realm 5/0xffff", "realm ~--realm 0x10000/0xff0000", "realm ~--realm 7/3",
        "addrtype ~--dst-type BROADCAST,ANYCAST", "addrtype ~--src-type UNSPEC,PROHIBIT",
    ];

    /// <summary>What -m policy asks of single states.</summary>
    private static string[] States =>
    [
        "~--reqid 5", "~--spi 0xd2040000", "~--proto esp", "~--mode tunnel", "--mode transport", "--strict ~--reqid 5", "--strict --proto esp --next --proto ah", "--strict ~--mode tunnel --next ~--spi 0x1000000",
        "--strict --proto esp ! --reqid 5 --next ! --reqid 0 --next --mode tunnel --next ! --spi 0x5000000",
    ];

    private static readonly string[] NotOut =
    [
        "mac ~--mac-source 02:00:5e:10:00:01", "mac ~--mac-source 02:00:5e:10:00:09", "devgroup ~--src-group 5", "devgroup ~--src-group 5/0xffff",
        "policy --dir in --pol none", "policy --dir in --pol ipsec", .. States.Select(states => "policy --dir in --pol ipsec " + states), "physdev ~--physdev-out left0", "physdev ~--physdev-out r+", "physdev ~--physdev-is-out",
        "physdev --physdev-in left0 ~--physdev-out right0 --physdev-is-bridged",
    ];

    private static readonly string[] NotIn =
    [
        "devgroup ~--dst-group 0x10005", "devgroup ~--dst-group 1/7", "policy --dir out --pol none", "policy --dir out --pol ipsec",
        .. States.Select(states => "policy --dir out --pol ipsec " + states),
    ];

    private static readonly string[] OnlyOut =
    [
        "owner ~--uid-owner 1234", "owner ~--uid-owner 1-5", "owner ~--gid-owner 5", "owner ~--gid-owner 5-1234 --suppl-groups", "owner ~--socket-exists",
        "owner --socket-exists ~--uid-owner 0 ! --gid-owner 1",
    ];

    /// <summary>The matches of rules, from "-m" on.</summary>
    public static IEnumerable<string> For(Hook hook, Family family)
    {
        IEnumerable<string> all = Everywhere;
        if (family == Family.IPv4)
        {
            string limit = hook == Hook.LocalOut ? "--limit-iface-out" : "--limit-iface-in";
            all = all.Concat(OnlyIPv4).Append($"addrtype ~--src-type LOCAL,BROADCAST {limit}").Append($"addrtype ~--dst-type UNICAST {limit}");
        }

        all = hook == Hook.LocalOut ? all.Concat(OnlyOut) : all.Concat(NotOut).Concat(family == Family.IPv6 ? ["eui64"] : []);
        string[] tunnels = family == Family.IPv4 ? ["~--tunnel-src 192.0.2.0/24", "~--tunnel-dst 198.51.100.7 --proto esp"] : ["~--tunnel-src 2001:db8::/64", "~--tunnel-dst fe80::5eff:fe10:2 --proto esp"];
        all = all.Concat(tunnels.Select(tunnel => $"policy --dir {(hook == Hook.LocalIn ? "in" : "out")} --pol ipsec --mode tunnel {tunnel}"));
        all = hook == Hook.LocalIn ? all : all.Concat(NotIn);
        all = hook == Hook.Forward ? all : all.Concat(["cgroup ~--cgroup 5", "cgroup ~--cgroup 0"]);
        return all.SelectMany(text => text.Contains('~', StringComparison.Ordinal) ? [text.Replace("~", "", StringComparison.Ordinal), text.Replace("~", "! ", StringComparison.Ordinal)] : new[] { text })
            .Select(text => "-m " + text);
    }

    public static string ChainOf(Hook hook) => hook switch { Hook.LocalIn => "INPUT", Hook.Forward => "FORWARD", _ => "OUTPUT" };
}

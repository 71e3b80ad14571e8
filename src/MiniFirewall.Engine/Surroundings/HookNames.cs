namespace MiniFirewall.Engine.Surroundings;

/// <summary>Names of Netfilter's families and hooks, and their numbers (include/uapi/linux/netfilter.h).</summary>
internal static class HookNames
{
    internal const byte Inet = 1, IPv4 = 2, Arp = 3, Netdev = 5, Bridge = 7, IPv6 = 10;

    private static readonly string[] Ip = ["prerouting", "input", "forward", "output", "postrouting", "ingress"];

    private static readonly string[] OfArp = ["input", "output", "forward"];

    private static readonly string[] OfNetdev = ["ingress", "egress"];

    internal static string Family(byte family) => family switch
    {
        Inet => "inet",
        IPv4 => "ipv4",
        Arp => "arp",
        Netdev => "netdev",
        Bridge => "bridge",
        IPv6 => "ipv6",
        _ => $"family {family}",
    };

    internal static string Hook(byte family, uint hook)
    {
        string[] names = family switch { Arp => OfArp, Netdev => OfNetdev, _ => Ip };
        return hook < names.Length ? names[hook] : $"hook {hook}";
    }

    /// <summary>The order in which a packet comes to hooks.</summary>
    internal static int Place(string hook) => hook switch
    {
        "ingress" => 0,
        "prerouting" => 1,
        "input" => 2,
        "forward" => 3,
        "output" => 4,
        "postrouting" => 5,
        "egress" => 6,
        _ => 7,
    };
}

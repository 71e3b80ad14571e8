namespace MiniFirewall.Cli.Demo;

/// <summary>One machine of the sandbox: a network namespace, and a veth pair to the router.</summary>
/// <param name="Role">Last part of the namespace's name.</param>
/// <param name="SubnetV4">First three parts of its /24.</param>
/// <param name="SubnetV6">Its /64, up to and with "::".</param>
/// <param name="Hosts">Last parts of its addresses, in both subnets; IPv6 spells them as written.</param>
internal sealed record Place(string Role, string SubnetV4, string SubnetV6, int[] Hosts)
{
    /// <summary>The machine the rules are loaded on.</summary>
    internal static Place Client { get; } = new("client", "10.0.3", "fd00:3::", [2]);

    internal static Place Shop { get; } = new("shop", "198.51.100", "2001:db8:51::", [10, 11, 20, 21]);

    internal static Place Mirror { get; } = new("mirror", "203.0.113", "2001:db8:113::", [10, 11, 20, 21]);

    internal static Place World { get; } = new("world", "192.0.2", "2001:db8:2::", [10]);

    /// <summary>Every place beside the router.</summary>
    internal static IReadOnlyList<Place> All { get; } = [Client, Shop, Mirror, World];

    internal const string RouterRole = "router";

    internal string RouterV4 => V4(1);

    internal string RouterV6 => V6(1);

    internal string V4(int host) => $"{SubnetV4}.{host}";

    internal string V6(int host) => $"{SubnetV6}{host}";
}

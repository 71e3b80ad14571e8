using System.Collections.Frozen;

namespace MiniFirewall.Rules.Names;

/// <summary>
/// Names of transport protocols: a table of our own, which also says how a number is printed, so that a text means the
/// same on every machine, and then the machine's /etc/protocols.
/// </summary>
internal static class ProtocolNames
{
    internal const byte Icmp = 1, Tcp = 6, Udp = 17, Dccp = 33, Esp = 50, Ah = 51, IcmpV6 = 58, Ipcomp = 108, Sctp = 132, MobilityHeader = 135, UdpLite = 136;

    /// <summary>Number and name, the name that is printed first.</summary>
    private static readonly (byte Number, string Name)[] Table =
    [
        (0, "all"), (0, "ip"), (0, "hopopt"), (1, "icmp"), (2, "igmp"), (3, "ggp"), (4, "ipencap"), (5, "st"), (6, "tcp"),
        (8, "egp"), (9, "igp"), (12, "pup"), (17, "udp"), (20, "hmp"), (22, "xns-idp"), (27, "rdp"), (29, "iso-tp4"),
        (33, "dccp"), (36, "xtp"), (37, "ddp"), (38, "idpr-cmtp"), (41, "ipv6"), (43, "ipv6-route"), (44, "ipv6-frag"),
        (45, "idrp"), (46, "rsvp"), (47, "gre"), (50, "esp"), (51, "ah"), (57, "skip"), (58, "ipv6-icmp"), (58, "icmpv6"),
        (59, "ipv6-nonxt"), (60, "ipv6-opts"), (73, "rspf"), (81, "vmtp"), (88, "eigrp"), (89, "ospf"), (93, "ax.25"),
        (94, "ipip"), (97, "etherip"), (98, "encap"), (103, "pim"), (108, "ipcomp"), (112, "vrrp"), (115, "l2tp"),
        (124, "isis"), (132, "sctp"), (133, "fc"), (135, "mobility-header"), (135, "ipv6-mh"), (135, "mh"),
        (136, "udplite"), (137, "mpls-in-ip"), (138, "manet"), (139, "hip"), (140, "shim6"), (141, "wesp"), (142, "rohc"),
        (143, "ethernet"),
    ];

    private static readonly FrozenDictionary<string, byte> ByName = Table.ToFrozenDictionary(entry => entry.Name, entry => entry.Number);

    private static readonly FrozenDictionary<byte, string> ByNumber = Table
        .GroupBy(entry => entry.Number).ToFrozenDictionary(group => group.Key, group => group.First().Name);

    internal static IEnumerable<string> Known => Table.Select(entry => entry.Name);

    /// <summary>The number of a lower-case name in our own table.</summary>
    internal static bool TryGetNumber(string name, out byte number) => ByName.TryGetValue(name, out number);

    /// <summary>The name a number is printed by, or the number.</summary>
    internal static string Print(byte number) => ByNumber.TryGetValue(number, out string? name) ? name : number.ToString();
}

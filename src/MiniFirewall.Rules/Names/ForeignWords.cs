using System.Collections.Frozen;

namespace MiniFirewall.Rules.Names;

/// <summary>Words of iptables that the language does not have: known, so that they are refused by name.</summary>
internal static class ForeignWords
{
    internal static readonly FrozenSet<string> Matches = new[]
    {
        "addrtype", "bpf", "cgroup", "cluster", "connbytes", "connlabel", "connlimit", "connmark", "conntrack", "cpu",
        "devgroup", "dst", "eui64", "frag", "hashlimit", "hbh", "helper", "ipv6header", "ipvs", "limit", "mac", "mh", "nfacct", "osf", "owner", "physdev", "pkttype", "policy", "quota",
        "rateest", "realm", "recent", "rpfilter", "rt", "socket", "srh", "state", "statistic", "string",
        "time", "u32",
    }.ToFrozenSet();

    internal static readonly FrozenSet<string> Targets = new[]
    {
        "AUDIT", "CHECKSUM", "CLASSIFY", "CLUSTERIP", "CONNMARK", "CONNSECMARK", "CT", "DNAT", "DNPT", "DSCP", "ECN", "HL",
        "HMARK", "IDLETIMER", "LED", "MARK", "MASQUERADE", "NETMAP", "NFLOG", "NFQUEUE", "NOTRACK", "QUEUE", "RATEEST",
        "REDIRECT", "REJECT", "SECMARK", "SET", "SNAT", "SNPT", "SYNPROXY", "TCPMSS", "TCPOPTSTRIP", "TEE", "TOS",
        "TPROXY", "TRACE", "TTL", "ULOG",
    }.ToFrozenSet();

    internal static readonly FrozenSet<string> Chains = new[] { "PREROUTING", "POSTROUTING" }.ToFrozenSet();

    internal static readonly FrozenSet<string> Tables = new[] { "nat", "mangle", "raw", "security" }.ToFrozenSet();
}

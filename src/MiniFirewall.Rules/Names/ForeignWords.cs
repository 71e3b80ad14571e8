using System.Collections.Frozen;

namespace MiniFirewall.Rules.Names;

/// <summary>Words of iptables that the language does not have: known, so that they are refused by name.</summary>
internal static class ForeignWords
{
    internal static readonly FrozenSet<string> Matches = new[]
    {
        "ah", "bpf", "cluster", "connbytes", "connlabel", "connlimit", "connmark", "conntrack", "cpu",
        "dccp", "dscp", "dst", "ecn", "esp", "frag", "hashlimit", "hbh", "helper", "ipcomp",
        "ipv6header", "ipvs", "limit", "mh", "nfacct", "osf", "quota",
        "rateest", "recent", "rt", "sctp", "srh", "state", "statistic", "string",
        "tcpmss", "time", "tos", "u32",
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

using System.Collections.Frozen;

namespace MiniFirewall.Rules.Names;

/// <summary>Words of iptables that the language does not have: known, so that they are refused by name.</summary>
internal static class ForeignWords
{
    /// <summary>Targets that the kernel takes in other tables only, with those (net/netfilter/xt_*.c, the target's table).</summary>
    internal static readonly FrozenDictionary<string, string> TargetTables = new Dictionary<string, string>
    {
        ["DNAT"] = "nat",
        ["SNAT"] = "nat",
        ["MASQUERADE"] = "nat",
        ["REDIRECT"] = "nat",
        ["NETMAP"] = "nat",
        ["CHECKSUM"] = "mangle",
        ["DNPT"] = "mangle",
        ["SNPT"] = "mangle",
        ["DSCP"] = "mangle",
        ["TOS"] = "mangle",
        ["ECN"] = "mangle",
        ["HL"] = "mangle",
        ["TTL"] = "mangle",
        ["TCPOPTSTRIP"] = "mangle",
        ["TPROXY"] = "mangle",
        ["CONNSECMARK"] = "mangle or security",
        ["SECMARK"] = "mangle or security",
        ["CT"] = "raw",
        ["NOTRACK"] = "raw",
        ["TRACE"] = "raw",
    }.ToFrozenDictionary();

    /// <summary>All targets of iptables that the language does not have: also those that kernels have no longer.</summary>
    internal static readonly FrozenSet<string> Targets = TargetTables.Keys.Concat(["CLUSTERIP", "ULOG"]).ToFrozenSet();

    internal static readonly FrozenSet<string> Chains = new[] { "PREROUTING", "POSTROUTING" }.ToFrozenSet();

    internal static readonly FrozenSet<string> Tables = new[] { "nat", "mangle", "raw", "security" }.ToFrozenSet();
}

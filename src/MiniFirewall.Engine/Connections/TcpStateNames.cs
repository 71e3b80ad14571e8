using System.Collections.Immutable;

namespace MiniFirewall.Engine.Connections;

/// <summary>The kernel's names of a TCP connection's states (net/netfilter/nf_conntrack_proto_tcp.c, tcp_conntrack_names).</summary>
public static class TcpStateNames
{
    /// <summary>By the state's number.</summary>
    public static ImmutableArray<string> All { get; } =
        ["NONE", "SYN_SENT", "SYN_RECV", "ESTABLISHED", "FIN_WAIT", "CLOSE_WAIT", "LAST_ACK", "TIME_WAIT", "CLOSE", "SYN_SENT2"];

    /// <summary>The name of a state; NONE for a number that is none.</summary>
    public static string Of(byte state) => state < All.Length ? All[state] : "NONE";
}

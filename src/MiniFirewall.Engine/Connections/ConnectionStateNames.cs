using System.Collections.Immutable;
using MiniFirewall.Packets;

namespace MiniFirewall.Engine.Connections;

/// <summary>
/// The kernel's names of states (net/netfilter/nf_conntrack_proto_tcp.c, tcp_conntrack_names; nf_conntrack_proto_sctp.c,
/// sctp_conntrack_names). Protocols other than TCP and SCTP have none.
/// </summary>
public static class ConnectionStateNames
{
    private const string None = "NONE";

    private static readonly ImmutableArray<string> s_tcp =
        [None, "SYN_SENT", "SYN_RECV", "ESTABLISHED", "FIN_WAIT", "CLOSE_WAIT", "LAST_ACK", "TIME_WAIT", "CLOSE", "SYN_SENT2"];

    private static readonly ImmutableArray<string> s_sctp =
        [None, "CLOSED", "COOKIE_WAIT", "COOKIE_ECHOED", "ESTABLISHED", "SHUTDOWN_SENT", "SHUTDOWN_RECD", "SHUTDOWN_ACK_SENT", "HEARTBEAT_SENT"];

    /// <summary>The names that connections can have, TCP's first, each once.</summary>
    public static ImmutableArray<string> All { get; } = [.. s_tcp.Concat(s_sctp).Where(name => name != None).Distinct()];

    /// <summary>The name of a protocol's state; NONE for a number that is none; null where the protocol has no states.</summary>
    public static string? Of(byte protocol, byte state) => protocol switch
    {
        IpProtocol.Tcp => Name(s_tcp, state),
        IpProtocol.Sctp => Name(s_sctp, state),
        _ => null,
    };

    private static string Name(ImmutableArray<string> names, byte state) => state < names.Length ? names[state] : None;
}

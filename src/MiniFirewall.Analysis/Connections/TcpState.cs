using System.Collections.Immutable;

namespace MiniFirewall.Analysis.Connections;

/// <summary>Where a TCP connection is (enum tcp_conntrack).</summary>
internal enum TcpState
{
    None,
    SynSent,
    SynReceived,
    Established,
    FinWait,
    CloseWait,
    LastAck,
    TimeWait,
    Close,

    /// <summary>Both sides have sent a SYN.</summary>
    SynSentByBoth,

    /// <summary>No state: the segment is none of the connection's.</summary>
    Invalid,

    /// <summary>No state: the segment says nothing certain, and may set right what is known.</summary>
    Ignored,
}

/// <summary>How segments lead from state to state (net/netfilter/nf_conntrack_proto_tcp.c, tcp_conntracks).</summary>
internal static class TcpTransitions
{
    /// <summary>A column a state, from none to SYN sent by both.</summary>
    private static readonly ImmutableArray<ImmutableArray<TcpState>> s_original = Read(
        "SS SS IG IG IG IG IG SS SS S2", // SYN
        "-- -- SR -- -- -- -- -- -- SR", // SYN ACK
        "-- -- FW FW LA LA LA TW CL --", // FIN
        "ES -- ES ES CW CW TW TW CL --", // ACK
        "-- CL CL CL CL CL CL CL CL CL", // RST
        "-- -- -- -- -- -- -- -- -- --");

    private static readonly ImmutableArray<ImmutableArray<TcpState>> s_reply = Read(
        "-- S2 -- -- -- -- -- SS -- S2",
        "-- SR IG IG IG IG IG IG IG SR",
        "-- -- FW FW LA LA LA TW CL --",
        "-- IG SR ES CW CW TW TW CL IG",
        "-- CL CL CL CL CL CL CL CL CL",
        "-- -- -- -- -- -- -- -- -- --");

    internal static TcpState After(TcpState state, SegmentKind segment, bool isReply) => (isReply ? s_reply : s_original)[(int)segment][(int)state];

    private static ImmutableArray<ImmutableArray<TcpState>> Read(params string[] kinds) => [.. kinds.Select(kind => kind.Split(' ').Select(Named).ToImmutableArray())];

    private static TcpState Named(string name) => name switch
    {
        "SS" => TcpState.SynSent,
        "SR" => TcpState.SynReceived,
        "ES" => TcpState.Established,
        "FW" => TcpState.FinWait,
        "CW" => TcpState.CloseWait,
        "LA" => TcpState.LastAck,
        "TW" => TcpState.TimeWait,
        "CL" => TcpState.Close,
        "S2" => TcpState.SynSentByBoth,
        "IG" => TcpState.Ignored,
        _ => TcpState.Invalid,
    };
}

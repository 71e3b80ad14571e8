using System.Collections.Immutable;

namespace MiniFirewall.Analysis.Connections;

/// <summary>Where an SCTP association is (enum sctp_conntrack).</summary>
internal enum SctpState
{
    None,
    Closed,
    CookieWait,
    CookieEchoed,
    Established,
    ShutdownSent,
    ShutdownReceived,
    ShutdownAckSent,
    HeartbeatSent,

    /// <summary>No state: the packet is none of the association's.</summary>
    Invalid,
}

/// <summary>Types of SCTP chunks that tracking knows (RFC 9260 §3.2).</summary>
internal enum SctpChunkType : byte
{
    Data = 0,
    Init = 1,
    InitAck = 2,
    Heartbeat = 4,
    HeartbeatAck = 5,
    Abort = 6,
    Shutdown = 7,
    ShutdownAck = 8,
    Error = 9,
    CookieEcho = 10,
    CookieAck = 11,
    ShutdownComplete = 14,
}

/// <summary>How chunks lead from state to state (net/netfilter/nf_conntrack_proto_sctp.c, sctp_conntracks, Linux 6.3 and later).</summary>
internal static class SctpTransitions
{
    /// <summary>A row a type; a column a state, from none to HEARTBEAT sent: of packets in the original direction.</summary>
    private static readonly ImmutableDictionary<SctpChunkType, ImmutableArray<SctpState>> s_original = Read(
        (SctpChunkType.Init, "CL CL CW CE ES CL CL SA CW"),
        (SctpChunkType.InitAck, "CL CL CW CE ES SS SR SA CL"),
        (SctpChunkType.Abort, "CL CL CL CL CL CL CL CL CL"),
        (SctpChunkType.Shutdown, "CL CL CW CE SS SS SR SA CL"),
        (SctpChunkType.ShutdownAck, "SA CL CW CE ES SA SA SA SA"),
        (SctpChunkType.Error, "CL CL CW CE ES SS SR SA CL"),
        (SctpChunkType.CookieEcho, "CL CL CE CE ES SS SR SA CL"),
        (SctpChunkType.CookieAck, "CL CL CW ES ES SS SR SA CL"),
        (SctpChunkType.ShutdownComplete, "CL CL CW CE ES SS SR CL CL"),
        (SctpChunkType.Heartbeat, "HS CL CW CE ES SS SR SA HS"),
        (SctpChunkType.HeartbeatAck, "CL CL CW CE ES SS SR SA HS"));

    private static readonly ImmutableDictionary<SctpChunkType, ImmutableArray<SctpState>> s_reply = Read(
        (SctpChunkType.Init, "-- CL CW CE ES SS SR SA --"),
        (SctpChunkType.InitAck, "-- CW CW CE ES SS SR SA --"),
        (SctpChunkType.Abort, "-- CL CL CL CL CL CL CL --"),
        (SctpChunkType.Shutdown, "-- CL CW CE SR SS SR SA --"),
        (SctpChunkType.ShutdownAck, "-- CL CW CE ES SA SA SA --"),
        (SctpChunkType.Error, "-- CL CW CL ES SS SR SA --"),
        (SctpChunkType.CookieEcho, "-- CL CE CE ES SS SR SA --"),
        (SctpChunkType.CookieAck, "-- CL CW ES ES SS SR SA --"),
        (SctpChunkType.ShutdownComplete, "-- CL CW CE ES SS SR CL --"),
        (SctpChunkType.Heartbeat, "-- CL CW CE ES SS SR SA HS"),
        (SctpChunkType.HeartbeatAck, "-- CL CW CE ES SS SR SA ES"));

    /// <summary>Other types change nothing.</summary>
    internal static SctpState After(SctpState state, SctpChunkType type, bool isReply) =>
        (isReply ? s_reply : s_original).TryGetValue(type, out ImmutableArray<SctpState> row) ? row[(int)state] : state;

    private static ImmutableDictionary<SctpChunkType, ImmutableArray<SctpState>> Read(params (SctpChunkType Type, string States)[] rows) =>
        rows.ToImmutableDictionary(row => row.Type, row => row.States.Split(' ').Select(Named).ToImmutableArray());

    private static SctpState Named(string name) => name switch
    {
        "CL" => SctpState.Closed,
        "CW" => SctpState.CookieWait,
        "CE" => SctpState.CookieEchoed,
        "ES" => SctpState.Established,
        "SS" => SctpState.ShutdownSent,
        "SR" => SctpState.ShutdownReceived,
        "SA" => SctpState.ShutdownAckSent,
        "HS" => SctpState.HeartbeatSent,
        _ => SctpState.Invalid,
    };
}

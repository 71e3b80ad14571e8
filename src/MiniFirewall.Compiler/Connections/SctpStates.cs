namespace MiniFirewall.Compiler.Connections;

/// <summary>
/// States of an SCTP association and how chunks change them, with the kernel's own numbers (net/netfilter/nf_conntrack_proto_sctp.c,
/// sctp_conntracks, Linux 6.3 and later).
/// </summary>
internal static class SctpStates
{
    internal const int None = 0, Closed = 1, CookieWait = 2, CookieEchoed = 3, Established = 4;
    internal const int ShutdownSent = 5, ShutdownReceived = 6, ShutdownAckSent = 7, HeartbeatSent = 8;

    /// <summary>Not a state: the packet is invalid.</summary>
    internal const int Invalid = 9;

    internal const int Count = 9;

    /// <summary>Types of chunks (RFC 9260 §3.2) that tracking knows; all others change nothing.</summary>
    internal const int Data = 0, Init = 1, InitAck = 2, Heartbeat = 4, HeartbeatAck = 5, Abort = 6, Shutdown = 7, ShutdownAck = 8;
    internal const int Error = 9, CookieEcho = 10, CookieAck = 11, ShutdownComplete = 14;

    /// <summary>Types that have rows of their own are below this one, which stands for all above it.</summary>
    internal const int LastType = 15;

    /// <summary>Bytes of <see cref="EncodeTransitions"/>: two directions, sixteen types, sixteen states.</summary>
    internal const int TransitionBytes = 2 << (TypeShift + StateBits);

    internal const int TypeShift = 4, StateBits = 4, DirectionShift = 8;

    /// <summary>The types of <see cref="Transitions"/>, in its order.</summary>
    private static ReadOnlySpan<byte> Types =>
        [Init, InitAck, Abort, Shutdown, ShutdownAck, Error, CookieEcho, CookieAck, ShutdownComplete, Heartbeat, HeartbeatAck];

    /// <summary>The state after: by direction, type of chunk, state before.</summary>
    private static ReadOnlySpan<byte> Transitions =>
    [
        Closed, Closed, CookieWait, CookieEchoed, Established, Closed, Closed, ShutdownAckSent, CookieWait,
        Closed, Closed, CookieWait, CookieEchoed, Established, ShutdownSent, ShutdownReceived, ShutdownAckSent, Closed,
        Closed, Closed, Closed, Closed, Closed, Closed, Closed, Closed, Closed,
        Closed, Closed, CookieWait, CookieEchoed, ShutdownSent, ShutdownSent, ShutdownReceived, ShutdownAckSent, Closed,
        ShutdownAckSent, Closed, CookieWait, CookieEchoed, Established, ShutdownAckSent, ShutdownAckSent, ShutdownAckSent, ShutdownAckSent,
        Closed, Closed, CookieWait, CookieEchoed, Established, ShutdownSent, ShutdownReceived, ShutdownAckSent, Closed,
        Closed, Closed, CookieEchoed, CookieEchoed, Established, ShutdownSent, ShutdownReceived, ShutdownAckSent, Closed,
        Closed, Closed, CookieWait, Established, Established, ShutdownSent, ShutdownReceived, ShutdownAckSent, Closed,
        Closed, Closed, CookieWait, CookieEchoed, Established, ShutdownSent, ShutdownReceived, Closed, Closed,
        HeartbeatSent, Closed, CookieWait, CookieEchoed, Established, ShutdownSent, ShutdownReceived, ShutdownAckSent, HeartbeatSent,
        Closed, Closed, CookieWait, CookieEchoed, Established, ShutdownSent, ShutdownReceived, ShutdownAckSent, HeartbeatSent,

        Invalid, Closed, CookieWait, CookieEchoed, Established, ShutdownSent, ShutdownReceived, ShutdownAckSent, Invalid,
        Invalid, CookieWait, CookieWait, CookieEchoed, Established, ShutdownSent, ShutdownReceived, ShutdownAckSent, Invalid,
        Invalid, Closed, Closed, Closed, Closed, Closed, Closed, Closed, Invalid,
        Invalid, Closed, CookieWait, CookieEchoed, ShutdownReceived, ShutdownSent, ShutdownReceived, ShutdownAckSent, Invalid,
        Invalid, Closed, CookieWait, CookieEchoed, Established, ShutdownAckSent, ShutdownAckSent, ShutdownAckSent, Invalid,
        Invalid, Closed, CookieWait, Closed, Established, ShutdownSent, ShutdownReceived, ShutdownAckSent, Invalid,
        Invalid, Closed, CookieEchoed, CookieEchoed, Established, ShutdownSent, ShutdownReceived, ShutdownAckSent, Invalid,
        Invalid, Closed, CookieWait, Established, Established, ShutdownSent, ShutdownReceived, ShutdownAckSent, Invalid,
        Invalid, Closed, CookieWait, CookieEchoed, Established, ShutdownSent, ShutdownReceived, Closed, Invalid,
        Invalid, Closed, CookieWait, CookieEchoed, Established, ShutdownSent, ShutdownReceived, ShutdownAckSent, HeartbeatSent,
        Invalid, Closed, CookieWait, CookieEchoed, Established, ShutdownSent, ShutdownReceived, ShutdownAckSent, Established,
    ];

    /// <summary>The transitions with a byte for each of sixteen types and states, so that programs put an index together by shifts.</summary>
    internal static byte[] EncodeTransitions()
    {
        var encoded = new byte[TransitionBytes];
        for (int i = 0; i < encoded.Length; i++)
        {
            int state = i & ((1 << StateBits) - 1), type = (i >> TypeShift) & LastType, row = Types.IndexOf((byte)type);
            encoded[i] = (byte)(state >= Count ? Invalid : row < 0 ? state : Transitions[((((i >> DirectionShift) * Types.Length) + row) * Count) + state]);
        }

        return encoded;
    }
}

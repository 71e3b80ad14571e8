namespace MiniFirewall.Compiler.Connections;

/// <summary>
/// States of a TCP connection and how packets change them, with the kernel's own numbers (net/netfilter/nf_conntrack_proto_tcp.c,
/// tcp_conntracks, Linux 6.x).
/// </summary>
internal static class TcpStates
{
    internal const int None = 0, SynSent = 1, SynReceived = 2, Established = 3, FinWait = 4, CloseWait = 5, LastAck = 6, TimeWait = 7, Close = 8, SynSent2 = 9;

    /// <summary>Not states: the packet is invalid, or says nothing certain.</summary>
    internal const int Invalid = 10, Ignore = 11;

    internal const int Count = 10;

    /// <summary>What a packet is by its flags.</summary>
    internal const int Syn = 0, SynAck = 1, Fin = 2, Ack = 3, Reset = 4, Nothing = 5;

    internal const int Kinds = 6;

    /// <summary>Flags of a side.</summary>
    internal const int HasScale = 1, HasSack = 2, BeganClose = 4, IsLiberal = 8, HasUnacknowledged = 16, HasMaxAcknowledgement = 32;

    /// <summary>Flags of a connection's last packet, beside HasScale and HasSack.</summary>
    internal const int ExpectsChallenge = 64, IsSimultaneous = 128;

    /// <summary>Bit n: flags n are valid, of FIN SYN RST (bits 0 to 2) ACK URG (bits 4 and 5); bit 3, PSH, is taken for clear.</summary>
    internal const ulong ValidFlags =
        (1UL << 0x02) | (1UL << 0x22) | (1UL << 0x12) | (1UL << 0x04) | (1UL << 0x14) | (1UL << 0x11) | (1UL << 0x31) | (1UL << 0x10) | (1UL << 0x30);

    /// <summary>The state after: by direction, kind of packet, state before.</summary>
    internal static ReadOnlySpan<byte> Transitions =>
    [
        SynSent, SynSent, Ignore, Ignore, Ignore, Ignore, Ignore, SynSent, SynSent, SynSent2,
        Invalid, Invalid, SynReceived, Invalid, Invalid, Invalid, Invalid, Invalid, Invalid, SynReceived,
        Invalid, Invalid, FinWait, FinWait, LastAck, LastAck, LastAck, TimeWait, Close, Invalid,
        Established, Invalid, Established, Established, CloseWait, CloseWait, TimeWait, TimeWait, Close, Invalid,
        Invalid, Close, Close, Close, Close, Close, Close, Close, Close, Close,
        Invalid, Invalid, Invalid, Invalid, Invalid, Invalid, Invalid, Invalid, Invalid, Invalid,

        Invalid, SynSent2, Invalid, Invalid, Invalid, Invalid, Invalid, SynSent, Invalid, SynSent2,
        Invalid, SynReceived, Ignore, Ignore, Ignore, Ignore, Ignore, Ignore, Ignore, SynReceived,
        Invalid, Invalid, FinWait, FinWait, LastAck, LastAck, LastAck, TimeWait, Close, Invalid,
        Invalid, Ignore, SynReceived, Established, CloseWait, CloseWait, TimeWait, TimeWait, Close, Ignore,
        Invalid, Close, Close, Close, Close, Close, Close, Close, Close, Close,
        Invalid, Invalid, Invalid, Invalid, Invalid, Invalid, Invalid, Invalid, Invalid, Invalid,
    ];
}

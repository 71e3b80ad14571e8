namespace MiniFirewall.Analysis.Connections;

/// <summary>What a TCP connection recalls of its last segments (struct ip_ct_tcp, last_*).</summary>
internal struct TcpRecall
{
    /// <summary>Null before the first.</summary>
    internal SegmentKind? Kind;

    internal bool IsReply;

    internal uint Sequence, Acknowledgement, End;

    internal ushort Window;

    /// <summary>What an ignored SYN offered.</summary>
    internal int Scale;

    internal bool OffersScale, PermitsSack;

    /// <summary>An ACK of the other side may be a challenge to an ignored SYN (RFC 5961 §4.2), and no answer to a FIN.</summary>
    internal bool ExpectsChallenge;

    /// <summary>Both sides have sent a SYN.</summary>
    internal bool IsSimultaneous;

    /// <summary>How often the last acknowledgement has come again.</summary>
    internal byte Repeats;
}

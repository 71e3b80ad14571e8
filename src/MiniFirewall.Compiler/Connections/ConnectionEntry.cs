namespace MiniFirewall.Compiler.Connections;

/// <summary>
/// What is remembered of a connection: an entry of <see cref="ConnectionTable"/>, three cache lines. Little-endian, host order; offsets
/// in bytes. The numbers of TCP are those of the kernel's struct ip_ct_tcp (include/linux/netfilter/nf_conntrack_tcp.h).
/// </summary>
public static class ConnectionEntry
{
    public const int Size = 192;

    /// <summary>Its <see cref="ConnectionTuple"/>.</summary>
    public const int Tuple = 0;

    /// <summary>u64: the tick (jiffies) at which it ends; 0 for one that has ended.</summary>
    public const int Expires = 40;

    /// <summary>u32, the bits below.</summary>
    public const int Flags = 48;

    /// <summary>The first packet went against the tuple's order of ends.</summary>
    public const int BeganSwapped = 1;

    public const int SeenReply = 2, Assured = 4;

    /// <summary>Of TCP (<see cref="TcpStates"/>), a byte each.</summary>
    public const int State = 52, LastDirection = 53, Retransmissions = 54, LastIndex = 55;

    /// <summary>u32: the connection's mark.</summary>
    public const int Mark = 56;

    /// <summary>What each side of TCP has sent, the one that began first; the places in a side are below.</summary>
    internal const int Sides = 64, SideSize = 24;

    internal const int End = 0, MaxEnd = 4, MaxWindow = 8, MaxAcknowledgement = 12, Scale = 16, SideFlags = 17;

    internal const int LastSequence = 112, LastAcknowledgement = 116, LastEnd = 120, LastWindow = 124, LastScale = 126, LastFlags = 127;

    /// <summary>u64 each: packets and bytes (of the network layer) of the side that began, then of the other one.</summary>
    public const int Packets = 128, Bytes = 136, DirectionSize = 16;

    /// <summary>u64: the tick at which it began.</summary>
    public const int Begins = 160;

    /// <summary>16 bytes: 128 bits that rules set and ask for (xt_connlabel).</summary>
    public const int Labels = 168;
}

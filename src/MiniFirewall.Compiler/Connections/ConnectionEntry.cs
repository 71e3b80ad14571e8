namespace MiniFirewall.Compiler.Connections;

/// <summary>
/// What is remembered of a connection: the value of both maps of connections. Little-endian; offsets in bytes. The numbers of TCP
/// are those of the kernel's struct ip_ct_tcp (include/linux/netfilter/nf_conntrack_tcp.h).
/// </summary>
internal static class ConnectionEntry
{
    internal const int Size = 88;

    /// <summary>u64: the tick (jiffies) at which it ends; 0 for one that has ended.</summary>
    internal const int Expires = 0;

    /// <summary>u32, the bits below.</summary>
    internal const int Flags = 8;

    /// <summary>The first packet went against the tuple's order of ends.</summary>
    internal const int BeganSwapped = 1;

    internal const int SeenReply = 2, Assured = 4;

    internal const int State = 12, LastDirection = 13, Retransmissions = 14, LastIndex = 15;
    internal const int LastSequence = 16, LastAcknowledgement = 20, LastEnd = 24, LastWindow = 28, LastScale = 30, LastFlags = 31;

    /// <summary>What each side has sent, the one that began first; the places in a side are below.</summary>
    internal const int Sides = 32, SideSize = 24;

    internal const int End = 0, MaxEnd = 4, MaxWindow = 8, MaxAcknowledgement = 12, Scale = 16, SideFlags = 17;

    /// <summary>u64: the tick from which on UDP packets both ways are a stream.</summary>
    internal const int StreamBegins = 80;
}

namespace MiniFirewall.Compiler.Connections;

/// <summary>
/// What is remembered of a connection: an entry of <see cref="ConnectionTable"/>, three cache lines: what each packet looks at; TCP; and
/// what few packets look at. Little-endian, host order; offsets in bytes. The numbers of TCP are those of the kernel's struct ip_ct_tcp
/// (include/linux/netfilter/nf_conntrack_tcp.h).
/// </summary>
public static class ConnectionEntry
{
    public const int Size = Lines * LineSize;

    /// <summary>Its lines stand apart from each other, the first ones of all entries together.</summary>
    public const int Lines = 3, LineSize = 64;

    /// <summary>The line of what packets of TCP look at.</summary>
    internal const int TcpLine = Sides / LineSize;

    /// <summary>u64: the tick (jiffies) at which it ends; 0 for one that has ended.</summary>
    public const int Expires = 24;

    /// <summary>u32, the bits below.</summary>
    public const int Flags = 32;

    /// <summary>The first packet went against the tuple's order of ends.</summary>
    public const int BeganSwapped = 1;

    public const int SeenReply = 2, Assured = 4;

    /// <summary>Of TCP (<see cref="TcpStates"/>), a byte each.</summary>
    public const int State = 36, LastDirection = 37, Retransmissions = 38, LastIndex = 39;

    /// <summary>
    /// u32 each: the low half of a number of packets, of the side that began, then of the other one; and so the high halves.
    /// </summary>
    public const int Packets = 40, PacketsHigh = 152, PacketsSize = 4;

    /// <summary>u64 each: bytes (of the network layer) of the side that began, then of the other one.</summary>
    public const int Bytes = 48, BytesSize = 8;

    /// <summary>What each side of TCP has sent, the one that began first; the places in a side are below.</summary>
    internal const int Sides = 64, SideSize = 24;

    internal const int End = 0, MaxEnd = 4, MaxWindow = 8, MaxAcknowledgement = 12, Scale = 16, SideFlags = 17;

    internal const int LastSequence = 112, LastAcknowledgement = 116, LastEnd = 120, LastWindow = 124, LastScale = 126, LastFlags = 127;

    /// <summary>u64: the tick at which it began.</summary>
    public const int Begins = 144;

    /// <summary>u32: the connection's mark.</summary>
    public const int Mark = 160;

    /// <summary>16 bytes: 128 bits that rules set and ask for (xt_connlabel).</summary>
    public const int Labels = 168;

    /// <summary>Which line a place is in.</summary>
    internal static int LineOf(int at) => at / LineSize;

    /// <summary>Where a place is in its line.</summary>
    internal static int InLine(int at) => at % LineSize;

    private const int FirstLow = 0, SecondLow = 8, Ports = 16, FirstHigh = 128, SecondHigh = 136;

    /// <summary>Where a part of the connection's <see cref="ConnectionTuple"/> is: of ends the low halves, which are all of IPv4, stand with the ports.</summary>
    /// <param name="part">A place in the tuple.</param>
    public static int Of(int part) => (part % 8) + (part - (part % 8)) switch
    {
        ConnectionTuple.FirstHigh => FirstHigh,
        ConnectionTuple.FirstLow => FirstLow,
        ConnectionTuple.SecondHigh => SecondHigh,
        ConnectionTuple.SecondLow => SecondLow,
        ConnectionTuple.FirstPort => Ports,
        _ => throw new ArgumentOutOfRangeException(nameof(part), part, "not in a tuple"),
    };

    /// <summary>The part of a tuple that stands at a place, a multiple of eight; null where something else does.</summary>
    public static int? TuplePartAt(int place)
    {
        for (int part = 0; part < ConnectionTuple.Size; part += 8)
        {
            if (Of(part) == place)
            {
                return part;
            }
        }

        return null;
    }
}

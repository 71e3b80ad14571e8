using System.Buffers.Binary;
using System.Collections.Immutable;

namespace MiniFirewall.Compiler.Connections;

/// <summary>
/// The one value of the map "tracking": how TCP packets change states, time-outs, the hash's secret numbers, and
/// how many connections found no room. Time-outs are u32, in ticks
/// (jiffies); the first ten are those of TCP's states.
/// </summary>
public static class TrackingTable
{
    public const int Size = 304;

    /// <summary>128 bytes, so that seven bits are an index.</summary>
    internal const int Transitions = 0;

    internal const int Timeouts = 128;

    /// <summary>u64 for each word of a tuple (<see cref="TupleHash"/>).</summary>
    internal const int Seeds = 216, SeedCount = ConnectionTuple.Size / 4;

    /// <summary>u64: packets that were to begin a connection for which there was no room.</summary>
    public const int Refused = 296;

    public const int SeedBytes = 8 * SeedCount;

    internal const int Retransmitted = 10, Unacknowledged = 11, Udp = 12, UdpStream = 13, Icmp = 14, Icmpv6 = 15, Generic = 16, Gre = 17, GreStream = 18;

    /// <summary>What a refused packet shortens has at least this left (nf_tcp_handle_invalid).</summary>
    internal const int Long = 19;

    internal const int LongSeconds = 120;

    /// <summary>So long after its first packet a UDP connection with answers is a stream.</summary>
    internal const int UdpStreamAfter = 20;

    internal const int UdpStreamAfterSeconds = 2;

    /// <summary>Seconds, in the order of the numbers above: the kernel's defaults (nf_conntrack_proto_*.c).</summary>
    public static ImmutableArray<int> DefaultSeconds { get; } =
        [0, 120, 60, 432_000, 120, 60, 30, 120, 10, 120, 300, 300, 30, 120, 30, 30, 600, 30, 180];

    /// <summary>The value for a kernel of so many ticks a second.</summary>
    /// <param name="seeds">Random bytes, as many as <see cref="SeedBytes"/>: whoever knows them can fill a bucket of his choice.</param>
    /// <param name="seconds">As <see cref="DefaultSeconds"/>.</param>
    public static byte[] Encode(int hertz, ImmutableArray<int> seconds, ReadOnlySpan<byte> seeds)
    {
        var value = new byte[Size];
        TcpStates.Transitions.CopyTo(value.AsSpan(Transitions));
        for (int i = 0; i < seconds.Length; i++)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(value.AsSpan(Timeouts + (4 * i)), checked((uint)seconds[i] * (uint)hertz));
        }

        BinaryPrimitives.WriteUInt32LittleEndian(value.AsSpan(Timeouts + (4 * Long)), (uint)(LongSeconds * hertz));
        BinaryPrimitives.WriteUInt32LittleEndian(value.AsSpan(Timeouts + (4 * UdpStreamAfter)), (uint)(UdpStreamAfterSeconds * hertz));
        seeds[..SeedBytes].CopyTo(value.AsSpan(Seeds));
        return value;
    }
}

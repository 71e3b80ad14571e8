using System.Buffers.Binary;
using MiniFirewall.Policy;

namespace MiniFirewall.Compiler.Connections;

/// <summary>
/// The one value of the map "tracking": how TCP packets change states, time-outs, the hash's secret numbers, how many connections found
/// no room, and what else can be set. Time-outs are u32, in ticks (jiffies); the first ten are those of TCP's states. SCTP's stand
/// behind all else.
/// </summary>
public static class TrackingTable
{
    public const int Size = SctpTransitions + SctpStates.TransitionBytes;

    /// <summary>Of versions that followed no states of SCTP: so much of the value is as it was.</summary>
    public const int SizeWithoutSctp = 328;

    /// <summary>128 bytes, so that seven bits are an index.</summary>
    internal const int Transitions = 0;

    /// <summary>u32 each, in the order of <see cref="PlaceOf"/>.</summary>
    public const int Timeouts = 128;

    /// <summary>u64 for each word of a tuple (<see cref="TupleHash"/>).</summary>
    internal const int Seeds = 216, SeedCount = ConnectionTuple.Size / 4;

    /// <summary>u64: packets that were to begin a connection for which there was no room.</summary>
    public const int Refused = 296;

    /// <summary>u32 each: switches, 0 or 1, and a number (the kernel's settings nf_conntrack_tcp_loose and so on).</summary>
    internal const int Loose = 304, Liberal = 308, IgnoresInvalidResets = 312, MostRetransmissions = 316;

    /// <summary>u32: how many connections somebody asked for room for; programs do not look at it.</summary>
    internal const int Most = 320;

    /// <summary>u32: a bit for each setting, by its number, that the rules in force say; programs do not look at it.</summary>
    public const int Declared = 324;

    /// <summary>As <see cref="SctpStates.EncodeTransitions"/> has them.</summary>
    internal const int SctpTransitions = 368;

    public const int SeedBytes = 8 * SeedCount;

    internal const int Retransmitted = 10, Unacknowledged = 11, Udp = 12, UdpStream = 13, Icmp = 14, Icmpv6 = 15, Generic = 16, Gre = 17, GreStream = 18;

    /// <summary>What a refused packet shortens has at least this left (nf_tcp_handle_invalid).</summary>
    internal const int Long = 19;

    internal const int LongSeconds = 120;

    /// <summary>So long after its first packet a UDP connection with answers is a stream.</summary>
    internal const int UdpStreamAfter = 20;

    internal const int UdpStreamAfterSeconds = 2;

    /// <summary>The first of SCTP's states; there is one for each.</summary>
    internal const int SctpFirst = 50;

    /// <summary>No association is in this state; the kernel has the default of a closed one here.</summary>
    private const int SctpBeginsSeconds = 10;

    /// <summary>A SYN sent by both sides: the kernel has no setting for it (nf_conntrack_proto_tcp.c, tcp_timeouts).</summary>
    private const int SynSent2Seconds = 120;

    /// <summary>The value with nothing set otherwise, for a kernel of so many ticks a second.</summary>
    /// <param name="seeds">Random bytes, as many as <see cref="SeedBytes"/>: whoever knows them can fill a bucket of his choice.</param>
    public static byte[] Encode(int hertz, ReadOnlySpan<byte> seeds)
    {
        var value = new byte[Size];
        TcpStates.Transitions.CopyTo(value.AsSpan(Transitions));
        SctpStates.EncodeTransitions().CopyTo(value, SctpTransitions);
        foreach (ConnectionSetting setting in ConnectionSetting.All)
        {
            Write(value, new(setting, setting.Default), hertz);
        }

        WriteTicks(value, TcpStates.SynSent2, SynSent2Seconds, hertz);
        WriteTicks(value, Long, LongSeconds, hertz);
        WriteTicks(value, SctpFirst + SctpStates.None, SctpBeginsSeconds, hertz);
        WriteTicks(value, UdpStreamAfter, UdpStreamAfterSeconds, hertz);
        seeds[..SeedBytes].CopyTo(value.AsSpan(Seeds));
        return value;
    }

    /// <summary>A value of <see cref="SizeWithoutSctp"/> as a whole one: all that it says, and what is usual for the rest.</summary>
    public static byte[] Extend(ReadOnlySpan<byte> value, int hertz)
    {
        byte[] whole = Encode(hertz, value[Seeds..]);
        value.CopyTo(whole);
        return whole;
    }

    /// <summary>Sets a setting in a value.</summary>
    public static void Write(Span<byte> value, ConnectionSettingValue set, int hertz) =>
        BinaryPrimitives.WriteUInt32LittleEndian(value[PlaceOf(set.Setting, out _)..], Raw(set, hertz));

    /// <summary>A setting as programs read it.</summary>
    public static uint Raw(ConnectionSettingValue set, int hertz)
    {
        PlaceOf(set.Setting, out bool isSeconds);
        return (uint)Math.Min((long)set.Value * (isSeconds ? hertz : 1), int.MaxValue);
    }

    /// <summary>A setting for people.</summary>
    public static int Read(ReadOnlySpan<byte> value, ConnectionSetting setting, int hertz)
    {
        uint raw = BinaryPrimitives.ReadUInt32LittleEndian(value[PlaceOf(setting, out bool isSeconds)..]);
        return (int)(raw / (isSeconds ? (uint)hertz : 1));
    }

    private static void WriteTicks(Span<byte> value, int timeout, int seconds, int hertz) =>
        BinaryPrimitives.WriteUInt32LittleEndian(value[(Timeouts + (4 * timeout))..], (uint)(seconds * hertz));

    /// <summary>Where a setting's u32 is.</summary>
    /// <param name="isSeconds">It is in ticks there, and in seconds for people.</param>
    public static int PlaceOf(ConnectionSetting setting, out bool isSeconds)
    {
        int other = setting.Name switch
        {
            ConnectionSetting.Most => Most,
            "tcp_loose" => Loose,
            "tcp_be_liberal" => Liberal,
            "tcp_ignore_invalid_rst" => IgnoresInvalidResets,
            "tcp_max_retrans" => MostRetransmissions,
            _ => 0,
        };
        isSeconds = other == 0;
        return isSeconds ? Timeouts + (4 * TimeoutOf(setting)) : other;
    }

    private static int TimeoutOf(ConnectionSetting setting) => setting.Name switch
    {
        "tcp_timeout_syn_sent" => TcpStates.SynSent,
        "tcp_timeout_syn_recv" => TcpStates.SynReceived,
        "tcp_timeout_established" => TcpStates.Established,
        "tcp_timeout_fin_wait" => TcpStates.FinWait,
        "tcp_timeout_close_wait" => TcpStates.CloseWait,
        "tcp_timeout_last_ack" => TcpStates.LastAck,
        "tcp_timeout_time_wait" => TcpStates.TimeWait,
        "tcp_timeout_close" => TcpStates.Close,
        "tcp_timeout_max_retrans" => Retransmitted,
        "tcp_timeout_unacknowledged" => Unacknowledged,
        "udp_timeout" => Udp,
        "udp_timeout_stream" => UdpStream,
        "icmp_timeout" => Icmp,
        "icmpv6_timeout" => Icmpv6,
        "generic_timeout" => Generic,
        "gre_timeout" => Gre,
        "gre_timeout_stream" => GreStream,
        "sctp_timeout_closed" => SctpFirst + SctpStates.Closed,
        "sctp_timeout_cookie_wait" => SctpFirst + SctpStates.CookieWait,
        "sctp_timeout_cookie_echoed" => SctpFirst + SctpStates.CookieEchoed,
        "sctp_timeout_established" => SctpFirst + SctpStates.Established,
        "sctp_timeout_shutdown_sent" => SctpFirst + SctpStates.ShutdownSent,
        "sctp_timeout_shutdown_recd" => SctpFirst + SctpStates.ShutdownReceived,
        "sctp_timeout_shutdown_ack_sent" => SctpFirst + SctpStates.ShutdownAckSent,
        "sctp_timeout_heartbeat_sent" => SctpFirst + SctpStates.HeartbeatSent,
        _ => throw new ArgumentOutOfRangeException(nameof(setting), setting.Name, "a setting without a place"),
    };
}

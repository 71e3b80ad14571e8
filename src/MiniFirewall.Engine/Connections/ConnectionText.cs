using MiniFirewall.Packets;

namespace MiniFirewall.Engine.Connections;

/// <summary>A connection as one line of UTF-8, without a line end.</summary>
public static class ConnectionText
{
    /// <summary>Room that is enough for any line.</summary>
    public const int LongestLine = 1024;

    private const int StateAt = 10, LeftEndsAt = 30, SourceAt = 32, DestinationAt = 56, PacketsEndAt = 92, BytesEndAt = 104;
    private const int ReplyPacketsEndAt = 117, ReplyBytesEndAt = 129, AgeEndsAt = 138;

    /// <summary>The heads of the columns of <see cref="Write"/>.</summary>
    public static int WriteHeads(Span<byte> room)
    {
        var line = new LineBuilder(room);
        line.Text("protocol"u8);
        line.To(StateAt);
        line.Text("state"u8);
        EndAt(ref line, LeftEndsAt, "seconds"u8);
        line.To(SourceAt);
        line.Text("from"u8);
        line.To(DestinationAt);
        line.Text("to"u8);
        EndAt(ref line, PacketsEndAt, "packets"u8);
        EndAt(ref line, BytesEndAt, "bytes"u8);
        EndAt(ref line, ReplyPacketsEndAt, "answers"u8);
        EndAt(ref line, ReplyBytesEndAt, "bytes"u8);
        EndAt(ref line, AgeEndsAt, "age"u8);
        return line.Length;
    }

    /// <summary>In columns: protocol, state, seconds left, ends, what both sides have sent, age in seconds, and what else there is to say.</summary>
    /// <param name="now">The tick now.</param>
    /// <param name="hertz">Ticks a second.</param>
    public static int Write(Span<byte> room, in Connection connection, ulong now, int hertz)
    {
        var line = new LineBuilder(room);
        WriteProtocol(ref line, connection);
        line.To(StateAt);
        line.Text(connection.StateName ?? "-");
        line.NumberTo(LeftEndsAt, SecondsLeft(connection, now, hertz));
        line.To(SourceAt);
        line.End(connection.Family, connection.Source, connection.HasPorts ? connection.SourcePort : null);
        line.To(DestinationAt);
        line.End(connection.Family, connection.Destination, connection.HasPorts ? connection.DestinationPort : null);
        line.NumberTo(PacketsEndAt, connection.Original.Packets);
        line.NumberTo(BytesEndAt, connection.Original.Bytes);
        line.NumberTo(ReplyPacketsEndAt, connection.Reply.Packets);
        line.NumberTo(ReplyBytesEndAt, connection.Reply.Bytes);
        line.NumberTo(AgeEndsAt, Age(connection, now, hertz));
        WriteRest(ref line, connection);
        return line.Length;
    }

    /// <summary>As the kernel in /proc/net/nf_conntrack (net/netfilter/nf_conntrack_standalone.c, ct_seq_show), with counters.</summary>
    public static int WriteProc(Span<byte> room, in Connection connection, ulong now, int hertz)
    {
        var line = new LineBuilder(room);
        line.Text(connection.Family == Family.IPv4 ? "ipv4     2 "u8 : "ipv6     10 "u8);
        line.Text(KernelName(connection.Protocol).PadRight(8));
        line.Text(" "u8);
        line.Number(connection.Protocol);
        line.Text(" "u8);
        line.Number(SecondsLeft(connection, now, hertz));
        line.Text(" "u8);
        if (connection.StateName is { } state)
        {
            line.Text(state);
            line.Text(" "u8);
        }

        WriteTuple(ref line, connection, isReply: false);
        WriteTraffic(ref line, connection.Original);
        line.Text(connection.IsReplied ? default : "[UNREPLIED] "u8);
        WriteTuple(ref line, connection, isReply: true);
        WriteTraffic(ref line, connection.Reply);
        line.Text(connection.IsAssured ? "[ASSURED] "u8 : default);
        line.Text("mark="u8);
        line.Number(connection.Mark);
        line.Text(" use=1"u8);
        return line.Length;
    }

    /// <summary>Seconds until it ends, rounded down.</summary>
    public static ulong SecondsLeft(in Connection connection, ulong now, int hertz) => (ulong)Math.Max((long)(connection.Expires - now), 0) / (ulong)hertz;

    /// <summary>Seconds since it began.</summary>
    public static ulong Age(in Connection connection, ulong now, int hertz) => (ulong)Math.Max((long)(now - connection.Begins), 0) / (ulong)hertz;

    private static void EndAt(ref LineBuilder line, int column, ReadOnlySpan<byte> text)
    {
        line.To(column - text.Length);
        line.Text(text);
    }

    private static void WriteProtocol(ref LineBuilder line, in Connection connection)
    {
        if (IpProtocol.NameOf(connection.Protocol) is { } name)
        {
            line.Text(name);
            return;
        }

        line.Text("proto "u8);
        line.Number(connection.Protocol);
    }

    private static void WriteRest(ref LineBuilder line, in Connection connection)
    {
        line.Text("  "u8);
        line.Text(connection.IsReplied ? connection.IsAssured ? "assured"u8 : "replied"u8 : "unreplied"u8);
        if (connection.IsQuery)
        {
            line.Text(" type "u8);
            line.Number((ulong)connection.DestinationPort >> 8);
            line.Text("/"u8);
            line.Number((ulong)connection.DestinationPort & 0xff);
            line.Text(" id "u8);
            line.Number(connection.SourcePort);
        }

        if (connection.Mark != 0)
        {
            line.Text(" mark "u8);
            line.Hexadecimal(connection.Mark);
        }
    }

    private static void WriteTuple(ref LineBuilder line, in Connection connection, bool isReply)
    {
        line.Text("src="u8);
        line.WholeAddress(connection.Family, isReply ? connection.Destination : connection.Source);
        line.Text(" dst="u8);
        line.WholeAddress(connection.Family, isReply ? connection.Source : connection.Destination);
        line.Text(" "u8);
        if (connection.HasPorts)
        {
            line.Text("sport="u8);
            line.Number(isReply ? connection.DestinationPort : connection.SourcePort);
            line.Text(" dport="u8);
            line.Number(isReply ? connection.SourcePort : connection.DestinationPort);
            line.Text(" "u8);
        }
        else if (connection.IsQuery)
        {
            byte type = (byte)(connection.DestinationPort >> 8);
            line.Text("type="u8);
            line.Number(isReply ? IcmpQueries.AnswerOf(connection.Family, type) : type);
            line.Text(" code="u8);
            line.Number((ulong)connection.DestinationPort & 0xff);
            line.Text(" id="u8);
            line.Number(connection.SourcePort);
            line.Text(" "u8);
        }
    }

    private static void WriteTraffic(ref LineBuilder line, Traffic traffic)
    {
        line.Text("packets="u8);
        line.Number(traffic.Packets);
        line.Text(" bytes="u8);
        line.Number(traffic.Bytes);
        line.Text(" "u8);
    }

    /// <summary>net/netfilter/nf_conntrack_standalone.c, l4proto_name.</summary>
    private static string KernelName(byte protocol) => protocol switch
    {
        IpProtocol.Icmp or IpProtocol.Tcp or IpProtocol.Udp or IpProtocol.Dccp or IpProtocol.Gre or IpProtocol.Sctp or IpProtocol.UdpLite or IpProtocol.Icmpv6 =>
            IpProtocol.NameOf(protocol)!,
        _ => "unknown",
    };
}

using System.Diagnostics;
using System.Text;
using MiniFirewall.Compiler.Connections;
using MiniFirewall.Engine.Connections;
using MiniFirewall.Packets;
using Xunit;

namespace MiniFirewall.Kernel.Tests.Connections;

/// <summary>Tables that are filled by hand, read, chosen from, printed and cut; without the kernel.</summary>
public sealed class ConnectionTextTests
{
    private static readonly HandTable.Entry s_tcp = new(IpProtocol.Tcp, "203.0.113.9", 50000, "10.0.0.5", 22, 431_999)
    {
        State = 3,
        Replied = true,
        Assured = true,
        Mark = 16,
        Age = 12,
        Original = new(5, 300),
        Reply = new(4, 260),
    };

    private static readonly HandTable.Entry s_udp = new(IpProtocol.Udp, "2001:db8::5", 5353, "2001:db8::1", 53, 29) { Original = new(1, 60) };

    private static readonly HandTable.Entry s_ping = new(IpProtocol.Icmp, "10.0.0.2", 77, "10.0.0.1", 0x0800, 5) { Replied = true, Original = new(1, 84), Reply = new(1, 84) };

    private static readonly HandTable.Entry s_esp = new(IpProtocol.Esp, "10.0.0.2", 0, "10.0.0.1", 0, 599);

    private static readonly HandTable.Entry s_sctp = new(IpProtocol.Sctp, "192.0.2.7", 9000, "10.0.0.5", 2905, 3) { State = 7, Replied = true, Assured = true, Age = 60 };

    [Fact]
    public void Lines_have_columns()
    {
        Assert.Equal(
            """
            protocol  state        seconds  from                    to                           packets       bytes      answers       bytes      age
            tcp       ESTABLISHED   431999  203.0.113.9:50000       10.0.0.5:22                        5         300            4         260       12  assured mark 0x10
            udp       -                 29  [2001:db8::5]:5353      [2001:db8::1]:53                   1          60            0           0        0  unreplied
            icmp      -                  5  10.0.0.2                10.0.0.1                           1          84            1          84        0  replied type 8/0 id 77
            esp       -                599  10.0.0.2                10.0.0.1                           0           0            0           0        0  unreplied
            sctp      SHUTDOWN_ACK_SENT  3  192.0.2.7:9000          10.0.0.5:2905                      0           0            0           0       60  assured
            """,
            string.Join('\n', [Heads(), .. new[] { s_tcp, s_udp, s_ping, s_esp, s_sctp }.Select(entry => Line(ConnectionText.Write, entry))]));
    }

    [Fact]
    public void A_long_line_only_pushes_its_columns_on() => Assert.Equal(
        "tcp       SYN_SENT         119  [2001:db8:1111:2222:3333:4444:5555:6666]:50000 [2001:db8:1111:2222:3333:4444:5555:7777]:443 "
        + "18446744073709551615 18446744073709551615 0 0 0  unreplied",
        Line(ConnectionText.Write, new(IpProtocol.Tcp, "2001:db8:1111:2222:3333:4444:5555:6666", 50000, "2001:db8:1111:2222:3333:4444:5555:7777", 443, 119)
        {
            State = 1,
            Original = new(ulong.MaxValue, ulong.MaxValue),
        }));

    [Fact]
    public void Lines_are_those_of_the_kernel_too()
    {
        Assert.Equal(
            "ipv4     2 tcp      6 431999 ESTABLISHED src=203.0.113.9 dst=10.0.0.5 sport=50000 dport=22 packets=5 bytes=300 "
            + "src=10.0.0.5 dst=203.0.113.9 sport=22 dport=50000 packets=4 bytes=260 [ASSURED] mark=16 use=1",
            Line(ConnectionText.WriteProc, s_tcp));
        Assert.Equal(
            "ipv6     10 udp      17 29 src=2001:0db8:0000:0000:0000:0000:0000:0005 dst=2001:0db8:0000:0000:0000:0000:0000:0001 sport=5353 dport=53 packets=1 bytes=60 "
            + "[UNREPLIED] src=2001:0db8:0000:0000:0000:0000:0000:0001 dst=2001:0db8:0000:0000:0000:0000:0000:0005 sport=53 dport=5353 packets=0 bytes=0 mark=0 use=1",
            Line(ConnectionText.WriteProc, s_udp));
        Assert.Equal(
            "ipv4     2 icmp     1 5 src=10.0.0.2 dst=10.0.0.1 type=8 code=0 id=77 packets=1 bytes=84 src=10.0.0.1 dst=10.0.0.2 type=0 code=0 id=77 packets=1 bytes=84 mark=0 use=1",
            Line(ConnectionText.WriteProc, s_ping));
        Assert.StartsWith("ipv4     2 sctp     132 3 SHUTDOWN_ACK_SENT src=192.0.2.7 dst=10.0.0.5 sport=9000 dport=2905 packets=0", Line(ConnectionText.WriteProc, s_sctp), StringComparison.Ordinal);
        Assert.StartsWith("ipv4     2 unknown  50 599 src=10.0.0.2 dst=10.0.0.1 packets=0", Line(ConnectionText.WriteProc, s_esp), StringComparison.Ordinal);
    }

    /// <summary>Free and claimed ways, and what has ended by now, are no connections.</summary>
    [Fact]
    public void A_walk_sees_what_lives()
    {
        var table = new HandTable();
        table.Put(0, s_tcp);
        table.Put(6, s_udp);
        table.Put(7, s_udp, tag: ConnectionTable.Claimed);
        table.Put(8, s_udp, tag: ConnectionTable.Free);
        table.Put(9, s_tcp with { Seconds = 0 });
        table.Put(10, s_tcp with { Seconds = -1 });
        table.Put(table.Memory.Places - 1, s_ping);
        Assert.Equal(["203.0.113.9", "2001:db8::5", "10.0.0.2"], Sources(table));
        Assert.Equal([], Sources(table, HandTable.Now + 500_000_000));
    }

    /// <summary>Both protocols have a state of one name, and no number means the same in both.</summary>
    [Theory]
    [InlineData("state ESTABLISHED", 4, true)]
    [InlineData("state ESTABLISHED", 3, false)]
    [InlineData("state shutdown_ack_sent,CLOSED", 7, true)]
    [InlineData("state TIME_WAIT", 7, false)]
    [InlineData("sctp state COOKIE_WAIT", 2, true)]
    [InlineData("tcp state COOKIE_WAIT", 2, false)]
    public void Filters_choose_states_of_sctp(string words, byte state, bool expected)
    {
        ConnectionFilter filter = ConnectionFilterReader.TryRead(words.Split(' '), out string? error) ?? throw new InvalidOperationException(error);
        Assert.Equal(expected, filter.Matches(HandTable.Only(s_sctp with { State = state })));
    }

    [Theory]
    [InlineData("", "tui")]
    [InlineData("tcp", "t")]
    [InlineData("udp ipv6", "u")]
    [InlineData("proto 1", "i")]
    [InlineData("ipv4", "ti")]
    [InlineData("203.0.113.9", "t")]
    [InlineData("10.0.0.5:22", "t")]
    [InlineData("10.0.0.5:23", "")]
    [InlineData("10.0.0.0/8", "ti")]
    [InlineData("0.0.0.0/0", "ti")]
    [InlineData("2001:db8::/32", "u")]
    [InlineData("[2001:db8::/32]:53", "u")]
    [InlineData("tcp 203.0.113.9:50000 10.0.0.5:22", "t")]
    [InlineData("10.0.0.5:22 203.0.113.9:50000", "")]
    [InlineData("from 203.0.113.0/24", "t")]
    [InlineData("to 203.0.113.0/24", "")]
    [InlineData("to :22", "t")]
    [InlineData("from :22", "")]
    [InlineData("port 50-60", "u")]
    [InlineData("port 22", "t")]
    [InlineData("port 77", "")]
    [InlineData("state established,SYN_SENT", "t")]
    [InlineData("state SYN_SENT", "")]
    [InlineData("replied", "ti")]
    [InlineData("unreplied", "u")]
    [InlineData("assured", "t")]
    [InlineData("mark 0x10", "t")]
    [InlineData("mark 0/1", "tui")]
    public void Filters_choose(string words, string expected)
    {
        ConnectionFilter filter = ConnectionFilterReader.TryRead(words.Split(' ', StringSplitOptions.RemoveEmptyEntries), out string? error) ?? throw new InvalidOperationException(error);
        string chosen = string.Concat(new[] { ("t", s_tcp), ("u", s_udp), ("i", s_ping) }.Where(entry => filter.Matches(HandTable.Only(entry.Item2))).Select(entry => entry.Item1));
        Assert.Equal(expected, chosen);
    }

    [Theory]
    [InlineData("tcpp", "'tcpp' is not known here")]
    [InlineData("tcp udp", "'udp' says again what an earlier word said")]
    [InlineData("state", "a state is missing after 'state'")]
    [InlineData("state OPEN", "'OPEN' is not a state of TCP or SCTP; the states are SYN_SENT")]
    [InlineData("state NONE", "'NONE' is not a state of TCP or SCTP; ")]
    [InlineData("port 70000", "'70000' is neither a port nor a range of ports")]
    [InlineData("port 9-8", "'9-8' is neither a port nor a range of ports")]
    [InlineData("from 10.0.0.300", "'10.0.0.300' is not an end of a connection")]
    [InlineData("10.0.0.0/33", "'10.0.0.0/33' is not known here")]
    [InlineData("10.0.0.1 10.0.0.2 10.0.0.3", "there are more than two ends")]
    [InlineData("from 10.0.0.1 10.0.0.2 10.0.0.3", "there are more than two ends")]
    [InlineData("mark x", "'x' is not a mark")]
    [InlineData("proto tcp", "'tcp' is not a protocol's number")]
    [InlineData("replied unreplied", "'unreplied' says again")]
    public void Wrong_filters_are_told(string words, string expected)
    {
        Assert.Null(ConnectionFilterReader.TryRead(words.Split(' '), out string? error));
        Assert.StartsWith(expected, error, StringComparison.Ordinal);
    }

    /// <summary>One whose time moved since it was read is left as it is.</summary>
    [Fact]
    public void An_end_is_written_where_nothing_has_moved()
    {
        var table = new HandTable();
        table.Put(9, s_tcp);
        Assert.True(table.Memory.TryRead(9, out Connection read));
        table.Put(9, s_tcp with { Seconds = 432_000 });
        Assert.False(table.Memory.TryEnd(9, read));
        Assert.Equal(99u, table.RankAt(9));
        Assert.True(table.Memory.TryRead(9, out read));
        Assert.True(table.Memory.TryEnd(9, read));
        Assert.Equal(0u, table.RankAt(9));
        Assert.False(table.Walk().MoveNext());
    }

    /// <summary>What has ended goes; what is being made has no beginning yet, and what began later is another one.</summary>
    [Fact]
    public void Ended_connections_are_taken_out()
    {
        var table = new HandTable();
        table.Put(1, s_tcp with { Seconds = -1 });
        table.Put(2, s_tcp);
        table.Put(3, s_udp with { Seconds = -1, Age = HandTable.Now / HandTable.Hertz });
        table.Memory.RemoveEnded(HandTable.Now);
        table.Put(4, s_udp with { Seconds = -1 });
        table.Memory.RemoveEnded(HandTable.Now - 1);
        Assert.Equal([ConnectionTable.Free, 7777, 7777, 7777], Enumerable.Range(1, 4).Select(table.Memory.TagAt));
    }

    [Fact]
    public void Changes_are_new_changed_and_ended_ones()
    {
        var table = new HandTable();
        var changes = new ConnectionChanges();
        table.Put(1, s_tcp with { State = 1, Replied = false, Assured = false });
        Assert.Equal([], Look(changes, table));
        table.Put(2, s_udp);
        table.Put(1, s_tcp with { State = 3, Assured = false });
        Assert.Equal(["Changed 203.0.113.9 ESTABLISHED", "New 2001:db8::5 "], Look(changes, table));
        table.Put(1, s_tcp with { Assured = false, Original = new(9, 900) });
        Assert.Equal([], Look(changes, table));
        table.Put(1, s_tcp with { Age = 1 });
        table.Put(2, s_udp with { Seconds = 0 });
        Assert.Equal(["New 203.0.113.9 ESTABLISHED", "Ended 203.0.113.9 ESTABLISHED", "Ended 2001:db8::5 "], Look(changes, table));
    }

    /// <summary>A million connections are a second's work, printing included; objects do not add up.</summary>
    [Fact]
    public void A_million_connections_are_listed_in_about_a_second()
    {
        var table = new HandTable(ConnectionTable.MostBuckets);
        for (int place = 0; place < 1_000_000; place++)
        {
            table.Put(place, s_tcp);
        }

        var room = new byte[ConnectionText.LongestLine];
        var watch = Stopwatch.StartNew();
        long bytes = 0;
        ConnectionWalk walk = table.Walk();
        while (walk.MoveNext())
        {
            bytes += ConnectionFilter.All.Matches(walk.Current) ? ConnectionText.Write(room, walk.Current, walk.Now, HandTable.Hertz) : 0;
        }

        Assert.Equal(1_000_000L * Line(ConnectionText.Write, s_tcp).Length, bytes);
        TestContext.Current.SendDiagnosticMessage($"a million connections: {watch.ElapsedMilliseconds} ms");
        Assert.InRange(watch.Elapsed.TotalSeconds, 0, 10);
    }

    private delegate int Writer(Span<byte> room, in Connection connection, ulong now, int hertz);

    private static string Heads()
    {
        var room = new byte[ConnectionText.LongestLine];
        return Encoding.UTF8.GetString(room, 0, ConnectionText.WriteHeads(room));
    }

    private static string Line(Writer write, HandTable.Entry entry)
    {
        var room = new byte[ConnectionText.LongestLine];
        return Encoding.UTF8.GetString(room, 0, write(room, HandTable.Only(entry), HandTable.Now, HandTable.Hertz));
    }

    private static List<string> Sources(HandTable table, ulong now = HandTable.Now)
    {
        var sources = new List<string>();
        ConnectionWalk walk = table.Walk(now);
        while (walk.MoveNext())
        {
            sources.Add(AddressText.Format(walk.Current.Family, walk.Current.Source));
        }

        return sources;
    }

    private static List<string> Look(ConnectionChanges changes, HandTable table)
    {
        var told = new List<string>();
        changes.Look(table.Walk(), (ConnectionChange change, in Connection connection) =>
            told.Add($"{change} {AddressText.Format(connection.Family, connection.Source)} {connection.StateName}"));
        return told;
    }
}

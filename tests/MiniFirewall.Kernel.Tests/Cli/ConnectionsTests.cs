using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using MiniFirewall.Kernel.Tests.Engine;
using MiniFirewall.Sys.Namespaces;
using Xunit;

namespace MiniFirewall.Kernel.Tests.Cli;

/// <summary>minifw connections and what belongs to it, as processes, with real sockets in a namespace of their own.</summary>
public sealed class ConnectionsTests : IDisposable
{
    private const string Rules = """
        iptables -A INPUT -m conntrack --ctstate ESTABLISHED,RELATED -j ACCEPT
        iptables -A INPUT -p tcp -m multiport --dports 2001,2002 -m conntrack --ctstate NEW -j ACCEPT
        iptables -A INPUT -p udp --dport 2003 -j ACCEPT
        iptables -A INPUT -p udp -j DROP
        """;

    private readonly NamedNamespace _namespace = new();
    private readonly List<Socket> _sockets = [];
    private readonly Dictionary<Socket, Socket> _peers = [];
    private readonly Dictionary<int, Socket> _servers = [];

    public void Dispose()
    {
        _sockets.ForEach(socket => socket.Dispose());
        _namespace.Dispose();
    }

    [Fact]
    public void Real_connections_are_listed_counted_and_cut()
    {
        _namespace.MinifwWith(Rules, "apply", "-").Succeeded();
        Socket first = Talk(2001), second = Talk(2002);
        Send(2003);

        string list = _namespace.Minifw("connections").Succeeded();
        Assert.Equal(4, list.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
        Assert.Matches(@"tcp +ESTABLISHED +43\d{4} +127\.0\.0\.1:\d+ +127\.0\.0\.1:2001 +\d+ +\d+ +\d+ +\d+ +\d+  assured", list);
        Assert.Matches(@"udp +- +\d\d +127\.0\.0\.1:\d+ +127\.0\.0\.1:2003 +1 +29 +0 +0 +\d+  unreplied", list);
        Assert.Contains(":2002", _namespace.Minifw("connections", "list", "tcp", "to", ":2002").Succeeded());
        Assert.DoesNotContain(":2001", _namespace.Minifw("connections", "list", "tcp", "to", ":2002").Succeeded());
        Assert.StartsWith("ipv4     2 udp      17 ", _namespace.Minifw("connections", "udp", "--proc").Succeeded(), StringComparison.Ordinal);

        using (JsonDocument json = JsonDocument.Parse(_namespace.Minifw("connections", "port", "2001", "--json").Succeeded()))
        {
            JsonElement one = Assert.Single(json.RootElement.EnumerateArray());
            Assert.Equal("ESTABLISHED", one.GetProperty("state").GetString());
            Assert.Equal(2001, one.GetProperty("reply").GetProperty("port").GetInt32());
            Assert.InRange(one.GetProperty("original").GetProperty("packets").GetInt32(), 2, 9);
            Assert.True(one.GetProperty("assured").GetBoolean());
        }

        Assert.Contains("2 connections: 2 answered, 2 assured", _namespace.Minifw("connections", "count", "tcp").Succeeded());
        using (JsonDocument json = JsonDocument.Parse(_namespace.Minifw("connections", "count", "--json").Succeeded()))
        {
            Assert.Equal(3, json.RootElement.GetProperty("connections").GetInt32());
            Assert.Equal(0, json.RootElement.GetProperty("table").GetProperty("refused").GetInt32());
        }

        Assert.Contains("connections  3 of at most 130816, 25 MiB; 0 packets found no room", _namespace.Minifw("status").Succeeded());
        Assert.Equal("1 connection ended\n", _namespace.Minifw("connections", "cut", "to", "127.0.0.1:2001").Succeeded());
        Assert.DoesNotContain(":2001", _namespace.Minifw("connections").Succeeded());
        Assert.True(Echoes(second));
        using (JsonDocument json = JsonDocument.Parse(_namespace.Minifw("connections", "cut", "--all", "--json").Succeeded()))
        {
            Assert.Equal(2, json.RootElement.GetProperty("cut").GetInt32());
        }

        Assert.Contains("0 connections:", _namespace.Minifw("connections", "count").Succeeded());
        GC.KeepAlive(first);
    }

    /// <summary>A connection in its middle is none any more for rules that let only first packets begin one.</summary>
    [Fact]
    public void What_was_cut_is_judged_anew()
    {
        _namespace.MinifwWith("connections tcp_loose 0\n" + Rules + "\niptables -P INPUT DROP", "apply", "-").Succeeded();
        Socket talk = Talk(2001);
        Assert.True(Echoes(talk));
        _namespace.Minifw("connections", "cut", "tcp").Succeeded();
        Assert.False(Echoes(talk));
        Assert.Contains("0 connections:", _namespace.Minifw("connections", "count", "tcp").Succeeded());
    }

    [Fact]
    public void Apply_cut_ends_what_the_new_rules_would_not_let_begin()
    {
        _namespace.MinifwWith(Rules, "apply", "-").Succeeded();
        Socket kept = Talk(2001), gone = Talk(2002);
        Send(2003);
        string stricter = Rules.Replace("2001,2002", "2001,2999", StringComparison.Ordinal) + "\niptables -P INPUT DROP\niptables -A INPUT -i lo -m mark --mark 7 -p udp -j ACCEPT";
        Assert.Equal("1 connection ended\n", _namespace.MinifwWith(stricter, "apply", "--cut", "-").Succeeded());
        string list = _namespace.Minifw("connections").Succeeded();
        Assert.Contains(":2001", list);
        Assert.Contains(":2003", list);
        Assert.DoesNotContain(":2002", list);
        Assert.True(Echoes(kept));
        Assert.Equal("0 connections ended\n", _namespace.MinifwWith(stricter, "apply", "--cut", "-").Succeeded());
        Assert.Equal("no connections ended: no rule asks for connection state\n", _namespace.MinifwWith("iptables -A INPUT -j ACCEPT", "apply", "--cut", "-").Succeeded());
        GC.KeepAlive(gone);
    }

    [Fact]
    public void Settings_are_set_by_hand_and_by_the_rule_file()
    {
        _namespace.MinifwWith(Rules, "apply", "-").Succeeded();
        _namespace.Minifw("connections", "timeouts", "udp_timeout", "77", "nf_conntrack_tcp_loose", "0").Succeeded();
        Send(2003);
        Assert.Matches("udp +- +7[67] ", _namespace.Minifw("connections").Succeeded());

        // The file's own are its own; those by hand stay, whatever is applied.
        _namespace.MinifwWith("connections udp_timeout_stream 500 icmp_timeout 9\n" + Rules, "apply", "-").Succeeded();
        Assert.Equal("77 500 9 0", Settings());
        Assert.StartsWith("connections udp_timeout_stream 500 icmp_timeout 9\n", _namespace.Minifw("show").Succeeded(), StringComparison.Ordinal);
        Assert.Contains("\"udp_timeout_stream\": 500", _namespace.Minifw("show", "--json").Succeeded());
        _namespace.Minifw("iptables", "-A", "FORWARD", "-m", "conntrack", "--ctstate", "INVALID", "-j", "DROP").Succeeded();
        Assert.Equal("77 500 9 0", Settings());
        Assert.DoesNotContain("connections", _namespace.Minifw("iptables-save").Succeeded());
        _namespace.Minifw("connections", "settings", "icmp_timeout", "10").Succeeded();
        _namespace.MinifwWith("connections udp_timeout_stream 501\n" + Rules, "apply", "-").Succeeded();
        Assert.Equal("77 501 10 0", Settings());
        _namespace.MinifwWith(Rules, "apply", "-").Succeeded();
        Assert.Equal("77 120 10 0", Settings());

        // A rule set that tracks nothing leaves what is set.
        _namespace.MinifwWith("iptables -A INPUT -j ACCEPT", "apply", "-").Succeeded();
        Assert.Equal("77 120 10 0", Settings());
        Assert.Equal(1, _namespace.Minifw("connections").ExitCode);
        _namespace.Minifw("off").Succeeded();
        Assert.Equal(1, _namespace.Minifw("connections", "settings").ExitCode);
    }

    /// <summary>Live ones come along, in both ways of asking for it, and packets go on.</summary>
    [Fact]
    public void Another_size_takes_connections_along()
    {
        _namespace.MinifwWith(Rules + "\niptables -P INPUT DROP\nconnections tcp_loose 0", "apply", "-").Succeeded();
        Socket[] talks = [.. Enumerable.Range(0, 20).Select(_ => Talk(2001))];
        foreach ((string words, int places) in new[] { ("300000", 523_264), ("1022", 1_022), ("130816", 130_816) })
        {
            _namespace.Minifw("connections", "settings", "max", words).Succeeded();
            Assert.Contains($"of {places} places used", _namespace.Minifw("connections", "count").Succeeded());
            Assert.All(talks, talk => Assert.True(Echoes(talk)));
            Assert.Contains("20 connections: 20 answered, 20 assured", _namespace.Minifw("connections", "count", "tcp").Succeeded());
        }

        _namespace.MinifwWith(Rules + "\niptables -P INPUT DROP\nconnections max 200000 tcp_loose 0", "apply", "-").Succeeded();
        Assert.Contains("of 261632 places used", _namespace.Minifw("connections", "count").Succeeded());
        Assert.All(talks, talk => Assert.True(Echoes(talk)));
        Assert.Contains("connections max 200000 tcp_loose 0", _namespace.Minifw("show").Succeeded());
    }

    [Fact]
    public void A_watcher_sees_connections_come_and_go()
    {
        _namespace.MinifwWith(Rules, "apply", "-").Succeeded();
        Talk(2001);
        string script = $"timeout -s INT 6 {MinifwBinary.Path} connections watch tcp --interval 0.1 --json > /tmp/minifw-watch-{Environment.ProcessId} & "
            + $"sleep 1; bash -c 'exec 3<>/dev/tcp/127.0.0.1/2001; sleep 1'; sleep 0.5; {MinifwBinary.Path} connections cut --all; wait; cat /tmp/minifw-watch-{Environment.ProcessId}; rm /tmp/minifw-watch-{Environment.ProcessId}";
        string[] lines = [.. _namespace.Shell(script).Output.Split('\n').Where(line => line.StartsWith('{'))];
        string[] events = [.. lines.Select(line => JsonDocument.Parse(line).RootElement).Select(seen => seen.GetProperty("event").GetString()!)];
        Assert.Equal("new", events[0]);
        Assert.Contains("changed", events);
        Assert.Equal(2, events.Count(name => name == "ended"));
    }

    [Theory]
    [InlineData(2, "no filter says which connections to end; write one, or --all", "cut")]
    [InlineData(2, "--all and a filter say two things", "cut", "tcp", "--all")]
    [InlineData(2, "the filter cannot be read: 'tpc' is not known here", "list", "tpc")]
    [InlineData(2, "'udp_timeot' is not a setting of connections", "settings", "udp_timeot", "3")]
    [InlineData(2, "udp_timeout needs a value: a number from 0 to 2147483", "settings", "udp_timeout")]
    [InlineData(2, "'2' is no value of tcp_loose; write a number from 0 to 1", "settings", "tcp_loose", "2")]
    [InlineData(2, "--interval is 0.01 to 3600 seconds", "watch", "--interval", "0")]
    [InlineData(1, "no rule in force here asks for connection state", "count")]
    [InlineData(1, "no rule in force here asks for connection state", "settings", "tcp_loose", "0")]
    public void What_is_wrong_is_said(int exitCode, string message, params string[] words)
    {
        CommandResult result = _namespace.Minifw(["connections", .. words]);
        Assert.Contains(message, result.Error);
        Assert.Equal(exitCode, result.ExitCode);
    }

    private string Settings()
    {
        using JsonDocument json = JsonDocument.Parse(_namespace.Minifw("connections", "settings", "--json").Succeeded());
        return string.Join(' ', new[] { "udp_timeout", "udp_timeout_stream", "icmp_timeout", "tcp_loose" }.Select(name => json.RootElement.GetProperty(name).GetInt32()));
    }

    /// <summary>A connection over which something has gone both ways.</summary>
    private Socket Talk(int port) => NetworkNamespaceThread.Run(_namespace.Path, () =>
    {
        Socket server = ServerAt(port), client = Keep(new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp));
        client.Connect(IPAddress.Loopback, port);
        _peers.Add(client, Keep(server.Accept()));
        Assert.True(Echoes(client));
        return client;
    });

    private Socket ServerAt(int port)
    {
        if (!_servers.TryGetValue(port, out Socket? server))
        {
            server = Keep(new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp));
            server.Bind(new IPEndPoint(IPAddress.Loopback, port));
            server.Listen();
            _servers.Add(port, server);
        }

        return server;
    }

    private Socket Keep(Socket socket)
    {
        _sockets.Add(socket);
        return socket;
    }

    /// <summary>Whether something comes over, and back.</summary>
    private bool Echoes(Socket client)
    {
        Socket server = _peers[client];
        (client.ReceiveTimeout, server.ReceiveTimeout) = (700, 700);
        var byteOf = new byte[1];
        try
        {
            return client.Send(byteOf) + server.Receive(byteOf) + server.Send(byteOf) + client.Receive(byteOf) == 4;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private void Send(int port) => NetworkNamespaceThread.Run(_namespace.Path, () =>
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        return socket.SendTo(new byte[1], new IPEndPoint(IPAddress.Loopback, port));
    });
}

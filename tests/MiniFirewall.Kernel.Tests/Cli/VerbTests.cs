using System.Text.Json;
using Xunit;

namespace MiniFirewall.Kernel.Tests.Cli;

/// <summary>allow, deny, limit, default, delete and the others, as processes, in a namespace of their own.</summary>
public sealed class VerbTests : IDisposable
{
    private readonly NamedNamespace _namespace = new();

    public void Dispose() => _namespace.Dispose();

    [Fact]
    public void Entries_are_rules_that_everything_else_shows()
    {
        Assert.Matches("^added r[0-9a-f]{8} as number 1: allow in 22/tcp\nnote: incoming packets that no entry denies are allowed; ", _namespace.Minifw("allow", "22/tcp").Succeeded());
        _namespace.Minifw("default", "deny", "incoming").Succeeded();
        _namespace.Minifw("allow", "from", "10.0.0.0/8", "to", "any", "port", "5432", "proto", "tcp", "comment", "the office").Succeeded();
        _namespace.Minifw("deny", "out", "25").Succeeded();
        string saved = _namespace.Minifw("iptables", "-S").Succeeded();
        Assert.StartsWith("-P INPUT DROP\n-P FORWARD ACCEPT\n-P OUTPUT ACCEPT\n-N minifw-before-input\n-A INPUT -j minifw-before-input\n-A INPUT -p tcp -m tcp --dport 22 -j ACCEPT\n", saved);
        Assert.Contains("-A INPUT -s 10.0.0.0/8 -p tcp -m tcp --dport 5432 -m comment --comment \"the office\" -j ACCEPT\n", saved);
        Assert.Contains("-A OUTPUT -p tcp -m tcp --dport 25 -j DROP\n-A OUTPUT -p udp -m udp --dport 25 -j DROP\n", saved);
        Assert.Contains("-A INPUT -p tcp -m tcp --dport 22 -j ACCEPT\n", _namespace.Minifw("ip6tables", "-S").Succeeded());
        foreach ((string packet, string verdict) in new[]
        {
            ("tcp 192.0.2.1:5 10.0.0.5:22", "ACCEPT"), ("tcp [2001:db8::1]:5 [2001:db8::2]:22", "ACCEPT"), ("tcp 192.0.2.1:5 10.0.0.5:23", "DROP"),
            ("tcp 10.1.2.3:5 10.0.0.5:5432", "ACCEPT"), ("tcp 192.0.2.1:5 10.0.0.5:5432", "DROP"), ("udp [2001:db8::1]:5 [2001:db8::2]:53", "DROP"),
        })
        {
            Assert.StartsWith(verdict, _namespace.Minifw(["why", "in", "eth0", .. packet.Split(' ')]).Succeeded());
        }
    }

    [Fact]
    public void Numbers_and_ids_take_entries_away()
    {
        _namespace.Minifw("allow", "22/tcp").Succeeded();
        _namespace.Minifw("limit", "smtp").Succeeded();
        _namespace.Minifw("insert", "1", "deny", "from", "203.0.113.7").Succeeded();
        _namespace.Minifw("deny", "from", "2001:db8::/32").Succeeded();
        JsonElement[] entries = Entries();
        Assert.Equal(["deny in from 203.0.113.7", "allow in 22/tcp", "limit in 25/tcp", "deny in from 2001:db8::/32"], entries.Select(entry => entry.GetProperty("command").GetString()));
        Assert.Equal(3, entries[2].GetProperty("rules").GetArrayLength());
        _namespace.Minifw("delete", entries[2].GetProperty("id").GetString()!).Succeeded();
        _namespace.Minifw("delete", "1").Succeeded();
        _namespace.Minifw("delete", "deny", "from", "2001:db8::/32").Succeeded();
        Assert.Equal([entries[1].GetProperty("id").GetString()], Entries().Select(entry => entry.GetProperty("id").GetString()));
        Assert.Contains("there is no entry 9", _namespace.Minifw("delete", "9").FailedWith(1));
        string table = _namespace.Minifw("status", "numbered").Succeeded();
        Assert.StartsWith("default: allow (incoming), allow (outgoing), allow (routed); logging off\n", table);
        Assert.Matches("(?m)^1  r[0-9a-f]{8}  22/tcp  allow in  Anywhere +0$", table);
    }

    /// <summary>A verb that closes a failsafe port is refused like a rule file that does, and can be forced, or tried.</summary>
    [Fact]
    public void No_verb_closes_a_failsafe_port_by_mistake()
    {
        string settings = Directory.CreateTempSubdirectory("minifw-verbs-").FullName;
        try
        {
            CommandResult Verb(string line) => CommandResult.Of("ip", _namespace.Inside(["env", $"MINIFW_CONFIG_DIR={settings}", MinifwBinary.Path, .. line.Split(' ')]));
            Verb("failsafe add tcp 22").Succeeded();
            Assert.Contains("tcp 22", Verb("default deny incoming").FailedWith(1));
            Assert.StartsWith("-P INPUT ACCEPT\n", _namespace.Minifw("iptables", "-S").Succeeded());
            Verb("allow ssh").Succeeded();
            Verb("default deny incoming").Succeeded();
            Assert.Contains("tcp 22", Verb("delete allow ssh").FailedWith(1));
            Assert.Contains("minifw confirm", Verb("delete allow ssh --force --confirm 1h").Succeeded());
            Verb("confirm --back").Succeeded();
            Assert.Contains("--dport 22 -j ACCEPT", _namespace.Minifw("iptables", "-S").Succeeded());
            Verb("delete allow ssh --force").Succeeded();
            Assert.DoesNotContain("--dport 22 ", _namespace.Minifw("iptables", "-S").Succeeded());
        }
        finally
        {
            Directory.Delete(settings, recursive: true);
        }
    }

    [Fact]
    public void An_entry_keeps_a_name_and_is_found_by_it()
    {
        _namespace.Minifw("deny", "out", "to", "nosuch.example", "port", "80", "proto", "tcp").Succeeded();
        Assert.Contains("-d nosuch.example", _namespace.Minifw("show").Succeeded());
        Assert.Equal("deny out to nosuch.example port 80 proto tcp", Assert.Single(Entries()).GetProperty("command").GetString());
        _namespace.Minifw("delete", "deny", "out", "to", "nosuch.example", "port", "80", "proto", "tcp").Succeeded();
        Assert.Empty(Entries());
    }

    [Fact]
    public void Each_change_is_kept_and_can_be_undone()
    {
        _namespace.Minifw("allow", "22/tcp").Succeeded();
        _namespace.Minifw("insert", "1", "deny", "from", "203.0.113.7").Succeeded();
        string history = _namespace.Minifw("history").Succeeded();
        Assert.Contains("allow 22/tcp", history);
        Assert.Contains("insert 1 deny from 203.0.113.7", history);
        _namespace.Minifw("undo").Succeeded();
        Assert.Equal(["allow in 22/tcp"], Entries().Select(entry => entry.GetProperty("command").GetString()));
    }

    [Fact]
    public void A_dry_run_changes_nothing_before_or_behind_the_verb()
    {
        _namespace.Minifw("allow", "22/tcp").Succeeded();
        string before = _namespace.Minifw("show").Succeeded();
        Assert.Contains("+ -A INPUT -p udp -m udp --dport 53 -j ACCEPT\n", _namespace.Minifw("--dry-run", "allow", "53/udp").Succeeded());
        Assert.Contains("+ -P INPUT DROP\n", _namespace.Minifw("default", "deny", "--dry-run").Succeeded());
        Assert.Contains("- -D INPUT -p tcp -m tcp --dport 22 -j ACCEPT\n", _namespace.Minifw("delete", "1", "--dry-run").Succeeded());
        Assert.Equal(before, _namespace.Minifw("show").Succeeded());
    }

    [Theory]
    [InlineData(2, "is neither a port, a service", "allow", "nosuchservice")]
    [InlineData(2, "what? Name a port", "deny")]
    [InlineData(2, "a default is allow, deny or reject", "default", "drop")]
    [InlineData(2, "a direction is incoming", "default", "deny", "sideways")]
    [InlineData(1, "is no place for an entry", "insert", "7", "allow", "80/tcp")]
    [InlineData(2, "count from 1", "insert", "0", "allow", "80/tcp")]
    [InlineData(2, "a level is on, low or off", "logging", "loud")]
    [InlineData(2, "logging full is ufw's", "logging", "full")]
    [InlineData(1, "no default denies", "logging", "on")]
    [InlineData(1, "there is no entry 'allow in 80/tcp'", "delete", "allow", "80/tcp")]
    [InlineData(2, "no application profile", "app", "info", "Nosuch")]
    public void What_is_wrong_is_said_and_changes_nothing(int exitCode, string message, params string[] words)
    {
        _namespace.Minifw("allow", "22/tcp").Succeeded();
        string before = _namespace.Minifw("show").Succeeded();
        Assert.Contains(message, _namespace.Minifw(words).FailedWith(exitCode));
        Assert.Equal(before, _namespace.Minifw("show").Succeeded());
    }

    /// <summary>Both directions closed: neighbours are found, pings answered, and a connection that is allowed goes both ways.</summary>
    [Fact]
    public void Closed_defaults_leave_what_a_host_needs()
    {
        using var other = new NamedNamespace();
        VethPair.Join(_namespace, other);
        _namespace.Minifw("default", "deny", "incoming").Succeeded();
        _namespace.Minifw("default", "deny", "outgoing").Succeeded();
        _namespace.Minifw("allow", "out", "to", "10.9.0.2", "port", "7777", "proto", "tcp").Succeeded();
        Assert.Equal(0, other.Shell("ping -c 1 -W 10 10.9.0.1 && ping -c 1 -W 10 2001:db8:9::1").ExitCode);
        Assert.NotEqual(0, _namespace.Shell("ping -c 1 -W 1 10.9.0.2").ExitCode);
        string talk = $"""
            nsenter --net={other.Path} python3 -c '
            import socket
            s = socket.create_server(("10.9.0.2", 7777)); s.settimeout(20)
            open("/tmp/minifw-verb-{Environment.ProcessId}", "w").close()
            c, _ = s.accept(); c.sendall(b"hello")' &
            for i in $(seq 200); do [ -e /tmp/minifw-verb-{Environment.ProcessId} ] && break; sleep 0.05; done
            rm -f /tmp/minifw-verb-{Environment.ProcessId}
            timeout 20 bash -c 'cat < /dev/tcp/10.9.0.2/7777'; wait
            """;
        Assert.Equal("hello", _namespace.Shell(talk).Output);
    }

    private JsonElement[] Entries()
    {
        using JsonDocument document = JsonDocument.Parse(_namespace.Minifw("status", "numbered", "--json").Succeeded());
        return [.. document.RootElement.GetProperty("entries").EnumerateArray().Select(entry => entry.Clone())];
    }
}

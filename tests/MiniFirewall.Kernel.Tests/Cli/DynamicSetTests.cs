using System.Text.Json;
using Xunit;

namespace MiniFirewall.Kernel.Tests.Cli;

/// <summary>minifw set and minifw iptables -j SET on sets whose elements have time, counters and comments.</summary>
public sealed class DynamicSetTests : IDisposable
{
    private const string Rules = """
        set banned type hash:ip family inet timeout 600 counters comment maxelem 3 { 192.0.2.1 comment "first" }
        iptables -A INPUT -m set --match-set banned src -j DROP
        """;

    private readonly NamedNamespace _namespace = new();

    public void Dispose() => _namespace.Dispose();

    [Fact]
    public void Time_counters_and_comments_are_listed()
    {
        _namespace.MinifwWith(Rules, "apply", "-").Succeeded();
        _namespace.Minifw("set", "add", "banned", "192.0.2.2", "timeout", "0", "packets", "5", "comment", "by hand", "192.0.2.3", "timeout", "60").Succeeded();
        string text = _namespace.Minifw("set", "list", "banned").Succeeded();
        Assert.Matches("^set banned type hash:ip family inet timeout 600 counters comment maxelem 3 \\{\n  192.0.2.1 timeout (600|59[0-9]) packets 0 bytes 0 comment \"first\"\n"
            + "  192.0.2.2 timeout 0 packets 5 bytes 0 comment \"by hand\"\n  192.0.2.3 timeout (60|5[0-9]) packets 0 bytes 0\n\\}\n$", text);
        using JsonDocument json = JsonDocument.Parse(_namespace.Minifw("set", "list", "banned", "--json").Succeeded());
        JsonElement element = json.RootElement.GetProperty("elements")[1];
        Assert.Equal((0, 5, 0, "by hand"), (element.GetProperty("timeout").GetInt32(), element.GetProperty("packets").GetInt32(), element.GetProperty("bytes").GetInt32(), element.GetProperty("comment").GetString()));
        Assert.Equal((600, 3), (json.RootElement.GetProperty("timeout").GetInt32(), json.RootElement.GetProperty("maxelem").GetInt32()));
        Assert.Contains("DROP: rule 1 of INPUT", _namespace.Minifw("why", "in", "eth0", "tcp", "192.0.2.3:1", "10.0.0.5:22").Succeeded());
        CommandResult full = _namespace.Minifw("set", "add", "banned", "192.0.2.4");
        Assert.Equal(1, full.ExitCode);
        Assert.Contains("set banned is full: it has room for 3 elements (maxelem)", full.Error);
        _namespace.Minifw("set", "del", "banned", "192.0.2.3").Succeeded();
        Assert.Equal(1, _namespace.Minifw("set", "test", "banned", "192.0.2.3").ExitCode);
        Assert.Equal(0, _namespace.Minifw("set", "test", "banned", "192.0.2.1").ExitCode);

        // What was put in by hand stays; the file's own elements are the file's.
        _namespace.MinifwWith(Rules.Replace("192.0.2.1", "192.0.2.9", StringComparison.Ordinal), "apply", "-").Succeeded();
        text = _namespace.Minifw("set", "list", "banned").Succeeded();
        Assert.Contains("192.0.2.2 timeout 0 packets 5", text);
        Assert.Contains("192.0.2.9 ", text);
        Assert.DoesNotContain("192.0.2.1 ", text);
    }

    [Fact]
    public void Iptables_adds_a_rule_that_changes_a_set()
    {
        _namespace.MinifwWith(Rules, "apply", "-").Succeeded();
        _namespace.Minifw("iptables", "-A", "OUTPUT", "-j", "SET", "--add-set", "banned", "dst", "--exist", "--timeout", "5").Succeeded();
        Assert.Contains("-A OUTPUT -j SET --add-set banned dst --exist --timeout 5\n", _namespace.Minifw("iptables-save").Succeeded());
        _namespace.Minifw("iptables", "-C", "OUTPUT", "-j", "SET", "--add-set", "banned", "dst", "--exist", "--timeout", "5").Succeeded();
        Assert.Contains("192.0.2.1", _namespace.Minifw("set", "list", "banned").Succeeded());
        _namespace.Minifw("iptables", "-D", "OUTPUT", "1").Succeeded();
        CommandResult map = _namespace.Minifw("iptables", "-A", "OUTPUT", "-j", "SET", "--map-set", "banned", "dst");
        Assert.Equal(2, map.ExitCode);
        Assert.Contains("it is for the mangle table only, since it changes the packet", map.Error);
    }

    [Fact]
    public void Ipsets_own_text_is_loaded()
    {
        const string Saved = "create banned hash:ip family inet hashsize 1024 maxelem 3 timeout 600 counters comment bucketsize 12 initval 0x1\nadd banned 192.0.2.7 timeout 59 packets 1 bytes 2 comment \"a b\"\n";
        _namespace.MinifwWith(Rules, "apply", "-").Succeeded();
        _namespace.MinifwWith(Saved, "set", "load", "-").Succeeded();
        Assert.Matches("maxelem 3 \\{\n  192.0.2.7 timeout [1-5]?[0-9] packets 1 bytes 2 comment \"a b\"\n\\}\n", _namespace.Minifw("set", "list", "banned").Succeeded());
    }
}

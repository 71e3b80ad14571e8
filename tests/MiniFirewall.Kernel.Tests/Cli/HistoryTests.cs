using System.Text.Json;
using Xunit;

namespace MiniFirewall.Kernel.Tests.Cli;

/// <summary>apply, save, history, undo, diff and load, as processes: what is on disk beside what is in force.</summary>
public sealed class HistoryTests : IDisposable
{
    private const string Ssh = "iptables -A INPUT -p tcp --dport 22 -j ACCEPT\n", Web = Ssh + "iptables -A INPUT -p tcp --dport 80 -j ACCEPT\n";

    private readonly NamedNamespace _namespace = new();

    public void Dispose() => _namespace.Dispose();

    [Fact]
    public void Applied_rules_are_kept_with_who_and_why()
    {
        _namespace.MinifwWith(Ssh, "apply", "-", "-m", "let me in").Succeeded();
        _namespace.MinifwWith(Web, "apply", "-").Succeeded();
        _namespace.MinifwWith("", "apply", "-", "--temporary").Succeeded();
        JsonElement[] history = [.. Parse(_namespace.Minifw("history", "--json").Succeeded()).EnumerateArray()];
        Assert.Equal([2, 1], history.Select(rules => rules.GetProperty("number").GetInt32()));
        Assert.Equal(["", "let me in"], history.Select(rules => rules.GetProperty("why").GetString()));
        Assert.All(history, rules => Assert.StartsWith("uid 0", rules.GetProperty("who").GetString()));
        Assert.Contains("let me in", _namespace.Minifw("history").Succeeded());
    }

    [Fact]
    public void Status_shows_how_kernel_and_disk_differ()
    {
        Assert.Contains("nothing is kept", _namespace.Minifw("status").Succeeded());
        _namespace.MinifwWith(Ssh, "apply", "-").Succeeded();
        Assert.False(Disk().GetProperty("differs").GetBoolean());
        _namespace.Minifw("iptables", "-A", "INPUT", "-p", "tcp", "--dport", "443", "-j", "ACCEPT").Succeeded();
        Assert.Equal(["-4 -A INPUT -p tcp -m tcp --dport 443 -j ACCEPT"], Disk().GetProperty("added").EnumerateArray().Select(line => line.GetString()));
        Assert.Contains("1 line differs", _namespace.Minifw("status").Succeeded());
        CommandResult diff = _namespace.Minifw("diff", "disk");
        Assert.Equal((1, ""), (diff.ExitCode, diff.Error));
        Assert.Contains("\n+-4 -A INPUT -p tcp -m tcp --dport 443 -j ACCEPT\n", diff.Output);
        Assert.Contains("rule set 2", _namespace.Minifw("save").Succeeded());
        Assert.Equal("", _namespace.Minifw("diff", "disk").Succeeded());
        Assert.Contains("nothing to save", _namespace.Minifw("save").Succeeded());
    }

    [Fact]
    public void Undo_takes_back_what_is_not_on_disk_first_and_then_one_set_after_the_other()
    {
        _namespace.MinifwWith(Ssh, "apply", "-").Succeeded();
        _namespace.MinifwWith(Web, "apply", "-").Succeeded();
        string web = _namespace.Minifw("iptables-save").Succeeded();
        _namespace.Minifw("iptables", "-F").Succeeded();
        _namespace.Minifw("undo").Succeeded();
        Assert.Equal(Rules(web), Rules(_namespace.Minifw("iptables-save").Succeeded()));
        _namespace.Minifw("undo").Succeeded();
        Assert.DoesNotContain("--dport 80", _namespace.Minifw("iptables-save").Succeeded());
        Assert.Contains("does not go back", _namespace.Minifw("undo").FailedWith(1));
        _namespace.Minifw("undo", "--to", "2").Succeeded();
        Assert.Contains("--dport 80", _namespace.Minifw("iptables-save").Succeeded());
        _namespace.Minifw("undo", "0").FailedWith(2);
        _namespace.Minifw("undo", "--to", "77").FailedWith(1);
    }

    [Fact]
    public void Off_is_kept_too_and_undone()
    {
        _namespace.MinifwWith(Ssh, "apply", "-").Succeeded();
        _namespace.Minifw("off", "--temporary").Succeeded();
        Assert.Contains("rule set 1 is in force", _namespace.Minifw("load").Succeeded());
        _namespace.Minifw("off").Succeeded();
        Assert.True(Disk().GetProperty("off").GetBoolean());
        _namespace.Minifw("undo").Succeeded();
        Assert.Contains("--dport 22", _namespace.Minifw("show").Succeeded());
    }

    [Fact]
    public void A_rule_set_is_loaded_without_asking_for_names()
    {
        // Whoever asks for this name in the test's own hosts file gets an address; without the file nobody does.
        string hosts = $"/etc/netns/{Path.GetFileName(_namespace.Path)}";
        Directory.CreateDirectory(hosts);
        try
        {
            File.WriteAllText($"{hosts}/hosts", "192.0.2.7 office.example\n");
            _namespace.MinifwWith("iptables -A INPUT -s office.example -j ACCEPT\n", "apply", "-").Succeeded();
            File.WriteAllText($"{hosts}/hosts", "");
            _namespace.Minifw("off", "--temporary").Succeeded();
            _namespace.Minifw("load").Succeeded();
            Assert.StartsWith("ACCEPT: rule 1", _namespace.Minifw("why", "in", "lo", "tcp", "192.0.2.7:5", "10.0.0.1:22").Succeeded());
        }
        finally
        {
            Directory.Delete(hosts, recursive: true);
        }
    }

    [Theory]
    [InlineData(1, "diff", "1", "2")]
    [InlineData(1, "diff", "disk")]
    [InlineData(1, "save")]
    [InlineData(1, "load")]
    [InlineData(1, "undo")]
    [InlineData(2, "diff", "nosuchfile")]
    [InlineData(2, "undo", "x")]
    public void Nothing_there_is_said_in_one_line(int code, params string[] arguments) =>
        Assert.Matches(@"^minifw: error: [^\n]+\n$", _namespace.Minifw(arguments).FailedWith(code));

    private JsonElement Disk() => Parse(_namespace.Minifw("status", "--json").Succeeded()).GetProperty("disk");

    private static string[] Rules(string saved) => [.. saved.Split('\n').Where(line => line.StartsWith("-A", StringComparison.Ordinal))];

    private static JsonElement Parse(string json) => JsonDocument.Parse(json).RootElement;
}

using System.Text.Json;
using Xunit;

namespace MiniFirewall.Kernel.Tests.Cli;

/// <summary>minifw set, as processes, in a namespace of their own.</summary>
public sealed class SetTests : IDisposable
{
    private const string Rules = """
        set blocked { 10.0.0.0/8, 192.0.2.1, 2001:db8::/32 }
        create ports hash:ip,port family inet hashsize 1024 maxelem 65536
        add ports 192.0.2.1,tcp:80
        iptables -A INPUT -m set --match-set blocked src -j DROP
        """;

    private readonly NamedNamespace _namespace = new();

    public void Dispose() => _namespace.Dispose();

    [Fact]
    public void Elements_are_added_deleted_tested_and_listed()
    {
        _namespace.MinifwWith(Rules, "apply", "-").Succeeded();
        _namespace.Minifw("set", "add", "blocked", "10.1.0.0/16", "nomatch", "198.51.100.7-198.51.100.8").Succeeded();
        _namespace.Minifw("set", "del", "blocked", "192.0.2.1").Succeeded();
        Assert.Equal(
            "set blocked {\n  10.0.0.0/8\n  10.1.0.0/16 nomatch\n  198.51.100.7\n  198.51.100.8\n  2001:db8::/32\n}\n",
            _namespace.Minifw("set", "list", "blocked").Succeeded());
        Assert.Equal("10.2.3.4 is in set blocked\n", _namespace.Minifw("set", "test", "blocked", "10.2.3.4").Succeeded());
        Assert.Equal(1, _namespace.Minifw("set", "test", "blocked", "10.1.3.4").ExitCode);
        Assert.Equal(0, _namespace.Minifw("set", "test", "blocked", "10.0.0.0/8").ExitCode);
        Assert.Equal(1, _namespace.Minifw("set", "test", "blocked", "10.0.0.0/9").ExitCode);
        Assert.Contains("DROP: rule 1 of INPUT", _namespace.Minifw("why", "in", "eth0", "tcp", "198.51.100.8:1", "10.0.0.5:22").Succeeded());
        Assert.Contains("ACCEPT", _namespace.Minifw("why", "in", "eth0", "tcp", "10.1.0.1:1", "10.0.0.5:22").Succeeded());
        Assert.Contains("set blocked, hash:net: 5 elements", _namespace.Minifw("show").Succeeded());
    }

    [Fact]
    public void Lists_are_json_too()
    {
        _namespace.MinifwWith(Rules, "apply", "-").Succeeded();
        using JsonDocument sets = JsonDocument.Parse(_namespace.Minifw("set", "list", "--json").Succeeded());
        Assert.Equal(["blocked", "ports"], sets.RootElement.EnumerateArray().Select(set => set.GetProperty("name").GetString()));
        Assert.Equal(3, sets.RootElement[0].GetProperty("elements").GetInt32());
        using JsonDocument one = JsonDocument.Parse(_namespace.Minifw("set", "list", "ports", "--json").Succeeded());
        Assert.Equal("192.0.2.1,tcp:80", one.RootElement.GetProperty("elements")[0].GetProperty("entry").GetString());
    }

    [Fact]
    public void A_load_replaces_what_the_file_makes()
    {
        _namespace.MinifwWith(Rules, "apply", "-").Succeeded();
        _namespace.MinifwWith("create ports hash:ip,port\nadd ports 192.0.2.2,udp:53\n", "set", "load", "-").Succeeded();
        Assert.Contains("192.0.2.2,udp:53\n}", _namespace.Minifw("set", "list", "ports").Succeeded());
        Assert.Contains("10.0.0.0/8", _namespace.Minifw("set", "list", "blocked").Succeeded());
    }

    [Theory]
    [InlineData("", 1, "there is no set nosuch", "add", "nosuch", "10.0.0.1")]
    [InlineData("", 2, "'10.0.0.300' is not an address", "add", "blocked", "10.0.0.300")]
    [InlineData("", 2, "does not have 2 parts", "add", "ports", "10.0.0.1")]
    [InlineData("create blocked hash:ip\n", 2, "set blocked is of type hash:net in force", "load", "-")]
    [InlineData("create other hash:ip\n", 1, "there is no set other in force", "load", "-")]
    [InlineData("iptables -A INPUT -j DROP\n", 2, "the file has to have sets, and no rules", "load", "-")]
    [InlineData("create ports hash:ip,port skbinfo\n", 2, "MFW1706", "load", "-")]
    [InlineData("create ports hash:ip,port timeout 5\n", 2, "is of type hash:ip,port family inet in force and of type hash:ip,port family inet timeout 5 in the file", "load", "-")]
    [InlineData("", 2, "set blocked keeps no times of its elements", "add", "blocked", "10.0.0.1", "timeout", "5")]
    [InlineData("", 2, "timeout needs an argument", "add", "blocked", "10.0.0.1", "timeout")]
    public void What_is_wrong_is_said_and_changes_nothing(string input, int exitCode, string message, params string[] words)
    {
        _namespace.MinifwWith(Rules, "apply", "-").Succeeded();
        string before = _namespace.Minifw("set", "list", "blocked").Succeeded();
        CommandResult result = _namespace.MinifwWith(input, ["set", .. words]);
        Assert.Equal(exitCode, result.ExitCode);
        Assert.Contains(message, result.Error);
        Assert.Equal(before, _namespace.Minifw("set", "list", "blocked").Succeeded());
    }
}

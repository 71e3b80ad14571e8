using System.Diagnostics;
using System.Text.Json;
using MiniFirewall.Kernel.Tests.Trials;
using Xunit;

namespace MiniFirewall.Kernel.Tests.Cli;

/// <summary>apply --confirm and --temporary, confirm and status, as processes that are killed.</summary>
public sealed class TrialCommandTests : IDisposable
{
    private const string First = "iptables -A INPUT -p udp --dport 1001 -j DROP\n", Second = "iptables -A INPUT -p udp --dport 1002 -j DROP\n";

    private readonly NamedNamespace _namespace = new();

    public void Dispose() => _namespace.Dispose();

    [Fact]
    public void Killing_the_shell_and_the_daemon_leaves_it_held()
    {
        _namespace.MinifwWith(First, "apply", "-").Succeeded();
        using Process serve = CommandResult.Start("ip", _namespace.Inside(MinifwBinary.Path, "serve"));
        Waiting.Until("minifw serve", () => Status().GetProperty("rejectsAnswered").GetBoolean());
        CommandResult shell = _namespace.Shell($"{MinifwBinary.Path} apply --confirm 3 - <<< '{Second.Trim()}'; kill -9 $$");
        Assert.Contains("'minifw confirm' keeps the rules", shell.Output);
        serve.Kill();
        serve.WaitForExit();
        JsonElement trial = Status().GetProperty("trial");
        Assert.Equal("confirm", trial.GetProperty("kind").GetString());
        Waiting.Until("the rules before", () => _namespace.Minifw("show").Succeeded().Contains("--dport 1001", StringComparison.Ordinal));
        Assert.True(Status().GetProperty("trialIsOver").GetBoolean());
        Assert.Contains("the rules before the last trial are in force again", _namespace.Minifw("confirm").FailedWith(1));
        Assert.Single(Parse(_namespace.Minifw("history", "--json").Succeeded()).EnumerateArray());
    }

    [Fact]
    public void Confirmed_rules_are_kept_with_their_reason()
    {
        _namespace.MinifwWith(First, "apply", "-").Succeeded();
        _namespace.MinifwWith(Second, "apply", "--confirm", "1h", "-m", "the new port", "-").Succeeded();
        Assert.Matches(@"unconfirmed +back to generation 1 in (1 h 0|59) min", _namespace.Minifw("status").Succeeded());
        Assert.Contains("on trial", _namespace.MinifwWith(First, "apply", "-").FailedWith(1));
        Assert.Contains("on trial", _namespace.Minifw("save").FailedWith(1));
        _namespace.Minifw("iptables", "-A", "INPUT", "-p", "udp", "--dport", "1003", "-j", "DROP").Succeeded();
        Assert.Contains("rule set 2", _namespace.Minifw("confirm").Succeeded());
        Assert.Equal("the new port", Parse(_namespace.Minifw("history", "--json").Succeeded())[0].GetProperty("why").GetString());
        Assert.Equal("", _namespace.Minifw("diff", "disk").Succeeded());
        Assert.Contains("--dport 1003", _namespace.Minifw("show").Succeeded());
    }

    /// <summary>A set of the rules goes back with them; one that packets change, and the rules before have too, does not. Both are told.</summary>
    [Fact]
    public void Changes_of_sets_on_trial_are_told_of_and_go_back_where_they_can()
    {
        const string Sets = "set blocked { 192.0.2.1 }\ncreate banned hash:ip\n-A INPUT -m set --match-set blocked src -j DROP\n-A INPUT -m set --match-set banned src -j DROP\n-A OUTPUT -j SET --add-set banned dst\n";
        _namespace.MinifwWith(Sets, "apply", "-").Succeeded();
        Assert.Equal("", _namespace.Minifw("set", "add", "blocked", "192.0.2.2").Error);
        _namespace.Minifw("allow", "80/tcp", "--confirm", "1h").Succeeded();
        Assert.Contains("this change of blocked goes with them, unless 'minifw confirm' keeps them", _namespace.Minifw("set", "add", "blocked", "192.0.2.3").Error);
        Assert.Contains("this change of banned stays", _namespace.Minifw("set", "add", "banned", "192.0.2.4").Error);
        Assert.Contains("minifw: note: the rules in force are on trial for ", _namespace.MinifwWith("create blocked hash:net\nadd blocked 192.0.2.5\n", "set", "load", "-").Error);
        _namespace.Minifw("confirm", "--back").Succeeded();
        string back = _namespace.Minifw("set", "list", "blocked").Succeeded();
        Assert.Equal("set blocked {\n  192.0.2.1\n  192.0.2.2\n}\n", back);
        Assert.Contains("192.0.2.4", _namespace.Minifw("set", "list", "banned").Succeeded());
    }

    [Fact]
    public void Temporary_rules_leave_the_disk_as_it_is()
    {
        _namespace.MinifwWith(First, "apply", "-").Succeeded();
        _namespace.MinifwWith(Second, "apply", "--temporary", "8h", "-").Succeeded();
        Assert.Matches(@"temporary +back to generation 1 in 8 h|7 h 59 min", _namespace.Minifw("status").Succeeded());
        _namespace.Minifw("confirm", "--back").Succeeded();
        Assert.Equal("", _namespace.Minifw("diff", "disk").Succeeded());
        _namespace.MinifwWith(Second, "apply", "--temporary", "-").Succeeded();
        Assert.Equal(1, _namespace.Minifw("diff", "disk").ExitCode);
        Assert.False(Status().TryGetProperty("trial", out _));
    }

    [Theory]
    [InlineData("apply - --confirm 0")]
    [InlineData("apply - --confirm 5x")]
    [InlineData("apply - --confirm 366d")]
    [InlineData("apply - --confirm 60s --temporary 60s")]
    [InlineData("apply - --check --confirm 60s")]
    public void Times_and_contradictions_are_refused(string line)
    {
        Assert.StartsWith("minifw: error: ", _namespace.Minifw(line.Split(' ')).FailedWith(2));
        Assert.False(Status().GetProperty("loaded").GetBoolean());
    }

    private JsonElement Status() => Parse(_namespace.Minifw("status", "--json").Succeeded());

    private static JsonElement Parse(string json) => JsonDocument.Parse(json).RootElement;
}

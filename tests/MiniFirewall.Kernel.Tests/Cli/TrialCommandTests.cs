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
        Assert.Matches(@"unconfirmed +back to generation 1 in 59 min", _namespace.Minifw("status").Succeeded());
        Assert.Contains("on trial", _namespace.MinifwWith(First, "apply", "-").FailedWith(1));
        Assert.Contains("on trial", _namespace.Minifw("save").FailedWith(1));
        _namespace.Minifw("iptables", "-A", "INPUT", "-p", "udp", "--dport", "1003", "-j", "DROP").Succeeded();
        Assert.Contains("rule set 2", _namespace.Minifw("confirm").Succeeded());
        Assert.Equal("the new port", Parse(_namespace.Minifw("history", "--json").Succeeded())[0].GetProperty("why").GetString());
        Assert.Equal("", _namespace.Minifw("diff", "disk").Succeeded());
        Assert.Contains("--dport 1003", _namespace.Minifw("show").Succeeded());
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

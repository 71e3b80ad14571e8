using System.Diagnostics;
using System.Text.Json;
using Xunit;

namespace MiniFirewall.Kernel.Tests.Cli;

/// <summary>minifw drops and top, with packets that are dropped meanwhile.</summary>
public sealed class DropsTests : IDisposable
{
    private readonly NamedNamespace _namespace = new(), _other = new();

    public DropsTests() => VethPair.Join(_namespace, _other);

    public void Dispose()
    {
        _namespace.Dispose();
        _other.Dispose();
    }

    [Fact]
    public void Counters_are_told_at_once()
    {
        _namespace.MinifwWith("iptables -P INPUT DROP\niptables -A INPUT -p udp --dport 9 -j DROP\niptables -A OUTPUT -p tcp --dport 25 -j REJECT\n", "apply", "-").Succeeded();
        Assert.Equal("no rule or policy in force has dropped anything yet\n", _namespace.Minifw("drops", "--for", "0").Succeeded());
        _other.Shell("for i in 1 2 3; do echo x > /dev/udp/10.9.0.1/9; done; echo x > /dev/udp/10.9.0.1/99");
        using JsonDocument document = JsonDocument.Parse(_namespace.Minifw("drops", "--for", "0", "--json").Succeeded());
        JsonElement[] counters = [.. document.RootElement.GetProperty("counters").EnumerateArray()];
        Assert.Contains(counters, counter => (counter.GetProperty("chain").GetString(), counter.GetProperty("rule").GetInt32(), counter.GetProperty("packets").GetInt32()) == ("INPUT", 1, 3));
        Assert.Contains(counters, counter => counter.GetProperty("rule").GetInt32() == 0 && counter.GetProperty("packets").GetInt32() >= 1);
        Assert.Contains("-p udp -m udp --dport 9 -j DROP", _namespace.Minifw("drops", "--for", "0").Succeeded());
    }

    /// <summary>Each command that is printed is run, and the packets pass.</summary>
    [Fact]
    public void What_is_dropped_is_watched_and_can_be_allowed()
    {
        _namespace.Minifw("deny", "5000/udp").Succeeded();
        _namespace.Minifw("default", "deny", "incoming").Succeeded();
        _namespace.Minifw("default", "deny", "outgoing").Succeeded();
        using Process sending = Sending();
        using JsonDocument document = JsonDocument.Parse(_namespace.Minifw("drops", "--for", "4", "--json").Succeeded());
        JsonElement[] drops = [.. document.RootElement.GetProperty("drops").EnumerateArray()];
        JsonElement byRule = Assert.Single(drops, drop => drop.TryGetProperty("destinationPort", out JsonElement port) && port.GetInt32() == 5000);
        JsonElement byPolicy = Assert.Single(drops, drop => drop.TryGetProperty("destinationPort", out JsonElement port) && port.GetInt32() == 6000);
        JsonElement outgoing = drops.First(drop => drop.TryGetProperty("destinationPort", out JsonElement port) && port.GetInt32() == 7000);
        Assert.Equal("minifw insert 1 allow from 10.9.0.2 to any port 5000 proto udp", byRule.GetProperty("allow").GetString());
        Assert.Equal("minifw allow from 2001:db8:9::2 to any port 6000 proto udp", byPolicy.GetProperty("allow").GetString());
        Assert.Equal("minifw allow out to 10.9.0.2 port 7000 proto udp", outgoing.GetProperty("allow").GetString());
        Assert.Equal("bash", outgoing.GetProperty("process").GetString());
        foreach (JsonElement drop in new[] { byRule, byPolicy, outgoing })
        {
            _namespace.Minifw(drop.GetProperty("allow").GetString()!.Split(' ')[1..]).Succeeded();
        }

        using JsonDocument after = JsonDocument.Parse(_namespace.Minifw("drops", "--for", "2", "--json").Succeeded());
        Assert.DoesNotContain(after.RootElement.GetProperty("drops").EnumerateArray(), drop => drop.TryGetProperty("destinationPort", out JsonElement port) && port.GetInt32() is 5000 or 6000 or 7000);
        using JsonDocument top = JsonDocument.Parse(_namespace.Minifw("top", "--json", "--interval", "2").Succeeded());
        Assert.Contains(top.RootElement.GetProperty("rules").EnumerateArray(), rule => rule.GetProperty("packetsPerSecond").GetDouble() > 0);
        Assert.True(top.RootElement.GetProperty("connections").GetProperty("used").GetInt32() > 0);
        Assert.Contains(" rules, ", _namespace.Minifw("top", "--once", "--interval", "0.1").Succeeded());
        sending.Kill(entireProcessTree: true);
        sending.WaitForExit();
    }

    [Fact]
    public async Task Follow_prints_each_and_the_command_once()
    {
        _namespace.Minifw("default", "deny", "incoming").Succeeded();
        using Process following = CommandResult.Start("ip", _namespace.Inside(MinifwBinary.Path, "drops", "-f"));
        using Process sending = Sending();
        var lines = new List<string>();
        while (lines.Count(line => line.Contains(":6000", StringComparison.Ordinal)) < 3)
        {
            string? line = await following.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken).AsTask().WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
            lines.Add(Assert.IsType<string>(line));
        }

        CommandResult.Of("kill", ["-INT", $"{following.Id}"]).Succeeded();
        Assert.True(following.WaitForExit(30_000));
        Assert.Equal(0, following.ExitCode);
        Assert.Single(lines, line => line == "    allow this: minifw allow from 2001:db8:9::2 to any port 6000 proto udp");
        Assert.Contains(lines, line => line.Contains("DROP    INPUT policy in veth0 udp [2001:db8:9::2]", StringComparison.Ordinal));
        sending.Kill(entireProcessTree: true);
        sending.WaitForExit();
    }

    [Theory]
    [InlineData(1, "no rules are loaded", "drops")]
    [InlineData(1, "no rules are loaded", "drops", "-f")]
    [InlineData(1, "no rules are loaded", "top", "--once")]
    [InlineData(2, "--for takes seconds", "drops", "--for=-1")]
    [InlineData(2, "--interval takes seconds", "top", "--interval", "0")]
    public void What_is_wrong_is_said(int exitCode, string message, params string[] words) => Assert.Contains(message, _namespace.Minifw(words).FailedWith(exitCode));

    /// <summary>Packets from there to here, and from here to there, again and again.</summary>
    private Process Sending() => CommandResult.Start("ip", _namespace.Inside("bash", "-c", $"""
        while :; do
            nsenter --net={_other.Path} bash -c 'echo x > /dev/udp/10.9.0.1/5000; echo x > /dev/udp/2001:db8:9::1/6000'
            echo x > /dev/udp/10.9.0.2/7000
            sleep 0.1
        done 2>/dev/null
        """));
}

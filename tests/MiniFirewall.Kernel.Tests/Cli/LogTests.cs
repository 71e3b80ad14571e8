using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text.Json;
using Xunit;

namespace MiniFirewall.Kernel.Tests.Cli;

/// <summary>log: events of real packets.</summary>
public sealed class LogTests : IDisposable
{
    private const string Rules = """
        iptables -A OUTPUT -p udp --dport 9 -m comment --comment "discard port" -j LOG --log-prefix "nine: "
        iptables -A OUTPUT -p udp --dport 10 -j DROP
        """;

    private readonly NamedNamespace _namespace = new();

    public LogTests() => _namespace.MinifwWith(Rules, "apply", "-").Succeeded();

    public void Dispose() => _namespace.Dispose();

    [Fact]
    public void Log_rules_leave_events_for_later()
    {
        _namespace.Shell("echo x > /dev/udp/127.0.0.1/9; echo x > /dev/udp/::1/9; echo x > /dev/udp/127.0.0.1/10");
        string[] lines = _namespace.Minifw("log").Succeeded().TrimEnd().Split('\n');
        Assert.Equal(2, lines.Length);
        Assert.Matches(
            @"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6} LOG +OUTPUT 1 out lo udp 127\.0\.0\.1:\d+ > 127\.0\.0\.1:9 len 30 ttl 64 uid 0 pid \d+ process bash prefix ""nine: "" comment ""discard port""$",
            lines[0]);
        Assert.Contains("> [::1]:9 len 50", lines[1]);
        Assert.Empty(_namespace.Minifw("log").Succeeded());
    }

    [Fact]
    public async Task Following_shows_drops_as_they_happen_and_ends_when_interrupted()
    {
        using Process log = CommandResult.Start("ip", _namespace.Inside(MinifwBinary.Path, "log", "-f", "--json"));
        JsonElement drop = await FirstEvent(log);
        Assert.Equal("DROP", drop.GetProperty("verdict").GetString());
        Assert.Equal("OUTPUT", drop.GetProperty("chain").GetString());
        Assert.Equal(2, drop.GetProperty("rule").GetInt32());
        Assert.Equal("lo", drop.GetProperty("out").GetString());
        Assert.Equal("127.0.0.1", drop.GetProperty("destination").GetString());
        Assert.Equal(10, drop.GetProperty("destinationPort").GetInt32());
        Assert.Equal(30, drop.GetProperty("length").GetInt32());
        Assert.InRange(drop.GetProperty("time").GetDateTimeOffset(), DateTimeOffset.Now.AddMinutes(-1), DateTimeOffset.Now.AddMinutes(1));

        Assert.Contains("another process", _namespace.Minifw("log").FailedWith(1));
        Signal.Send(log.Id, PosixSignal.SIGINT);
        Assert.True(log.WaitForExit(TimeSpan.FromSeconds(10)));
        Assert.Equal(0, log.ExitCode);
    }

    /// <summary>Sends packets to be dropped until the first event is read: the watcher needs a moment to start.</summary>
    private async Task<JsonElement> FirstEvent(Process log)
    {
        Task<string?> line = log.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken).AsTask();
        for (int i = 0; i < 100 && !line.IsCompleted; i++)
        {
            _namespace.Shell("echo x > /dev/udp/127.0.0.1/10");
            await Task.WhenAny(line, Task.Delay(100, TestContext.Current.CancellationToken));
        }

        Assert.True(line.IsCompleted, "no event came");
        return JsonDocument.Parse((await line)!).RootElement;
    }
}

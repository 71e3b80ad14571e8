using System.Diagnostics;
using Xunit;

namespace MiniFirewall.Kernel.Tests.Cli;

/// <summary>A command is a process: it has to start fast. The best of several runs counts, so that a busy machine does not.</summary>
public sealed class SpeedTests : IDisposable
{
    private static readonly TimeSpan Budget = TimeSpan.FromMilliseconds(30);

    private readonly NamedNamespace _namespace = new();

    public void Dispose() => _namespace.Dispose();

    [Theory]
    [InlineData("--version")]
    [InlineData("show")]
    public void A_command_takes_30_ms_at_most(string command)
    {
        string rules = string.Join('\n', Enumerable.Range(1, 8).Select(p => $"iptables -A INPUT -p tcp --dport {p} -j DROP"));
        _namespace.MinifwWith(rules, "apply", "-").Succeeded();
        TimeSpan best = Best(command);
        Assert.True(best <= Budget, $"minifw {command} took {best.TotalMilliseconds} ms at best");
    }

    private TimeSpan Best(string command) => Enumerable.Range(0, 20).Min(_ =>
    {
        long start = Stopwatch.GetTimestamp();
        CommandResult.Of("nsenter", [$"--net={_namespace.Path}", MinifwBinary.Path, command]).Succeeded();
        return Stopwatch.GetElapsedTime(start);
    });
}

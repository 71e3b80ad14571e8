using System.Diagnostics;
using System.Runtime.InteropServices;
using Xunit;

namespace MiniFirewall.Kernel.Tests.Cli;

/// <summary>The demo: every probe meets what it should, and nothing is left behind, however it ends.</summary>
[CollectionDefinition(nameof(DemoTests), DisableParallelization = true)]
[Collection(nameof(DemoTests))]
public sealed class DemoTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    [Fact]
    public void Every_probe_meets_what_it_should_and_nothing_is_left()
    {
        string output = CommandResult.Of(MinifwBinary.Path, ["demo"]).Succeeded();
        Assert.Matches(@"all \d+ probes met what the rules say", output);
        Assert.Contains("OUTPUT 5", output);
        Assert.DoesNotContain("WRONG", output);
        AssertNothingLeft();
    }

    [Theory]
    [InlineData(PosixSignal.SIGINT)]
    [InlineData(PosixSignal.SIGTERM)]
    public void Interrupted_at_any_moment_it_leaves_nothing(PosixSignal signal)
    {
        var random = new Random();
        foreach (int wait in Enumerable.Range(0, 5).Select(_ => random.Next(20, 2500)))
        {
            using Process demo = CommandResult.Start(MinifwBinary.Path, ["demo"]);
            Task output = demo.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
            Thread.Sleep(wait);
            if (!demo.HasExited)
            {
                Signal.Send(demo.Id, signal);
            }

            Assert.True(demo.WaitForExit(Limit), $"still there {Limit} after a signal at {wait} ms");
            AssertNothingLeft($"after a signal at {wait} ms");
        }
    }

    [Fact]
    public void What_a_killed_run_leaves_the_next_one_removes()
    {
        using Process demo = CommandResult.Start(MinifwBinary.Path, ["demo"]);
        Thread.Sleep(1000);
        demo.Kill();
        demo.WaitForExit();
        CommandResult.Of(MinifwBinary.Path, ["demo"]).Succeeded();
        AssertNothingLeft();
    }

    private static void AssertNothingLeft(string when = "")
    {
        string[] left = [.. Entries("/run/netns"), .. Entries("/etc/netns")];
        Assert.True(left.Length == 0, $"left {when}: {string.Join(' ', left)}");
    }

    private static IEnumerable<string> Entries(string directory) => Directory.Exists(directory)
        ? Directory.EnumerateFileSystemEntries(directory).Where(e => Path.GetFileName(e).StartsWith("minifw-demo-", StringComparison.Ordinal))
        : [];
}

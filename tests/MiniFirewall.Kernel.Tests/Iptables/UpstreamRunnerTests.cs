using MiniFirewall.Kernel.Tests.Cli;
using Xunit;

namespace MiniFirewall.Kernel.Tests.Iptables;

/// <summary>
/// iptables' own test runner, unchanged, with minifw by the name of xtables-legacy-multi. MINIFW_UPSTREAM_TESTS names a directory with
/// its iptables-test.py and its folder extensions; without it there is nothing to run.
/// </summary>
public sealed class UpstreamRunnerTests(ITestOutputHelper output) : IDisposable
{
    private const string Log = "/tmp/iptables-test.log";

    private readonly string _links = Directory.CreateTempSubdirectory("minifw-links-").FullName;
    private readonly NamedNamespace _namespace = new();

    public void Dispose()
    {
        _namespace.Dispose();
        Directory.Delete(_links, recursive: true);
    }

    /// <summary>Its errors are iptables' own ones on this kernel, or rules that are refused by name.</summary>
    [Fact]
    public void Every_test_passes_fails_with_iptables_too_or_is_refused_by_name()
    {
        string? directory = Environment.GetEnvironmentVariable("MINIFW_UPSTREAM_TESTS");
        Assert.SkipUnless(directory is not null, "MINIFW_UPSTREAM_TESTS names no directory");
        HashSet<string> theirs = [.. ErrorsOf(Run(directory!, "$PATH"))];
        File.CreateSymbolicLink(Path.Combine(_links, "xtables-legacy-multi"), MinifwBinary.Path);
        CommandResult ours = Run(directory!, $"{_links}:$PATH");
        output.WriteLine(ours.Output);

        string log = File.ReadAllText(Log);
        Assert.DoesNotContain(ErrorsOf(ours), error => !theirs.Contains(error) && !IsRefusedByName(error, log));
        Assert.Matches(@"legacy: \d+ test files, \d+ unit tests, [1-9]\d* passed", ours.Output);
    }

    /// <summary>-H takes programs from PATH and leaves the place of the system's own extensions alone.</summary>
    private CommandResult Run(string directory, string path) => CommandResult.Of(
        "ip",
        _namespace.Inside("bash", "-c", $"cd {directory} && PATH={path} MINIFW_SYSTEM_IPTABLES=/usr/sbin/xtables-legacy-multi XTABLES_LOCKFILE={_links}/lock python3 iptables-test.py --no-netns -H -l"),
        limit: TimeSpan.FromMinutes(10));

    private static IEnumerable<string> ErrorsOf(CommandResult result) => result.Error.Split('\n').Where(line => line.Contains("ERROR: line", StringComparison.Ordinal));

    /// <summary>The log has what each command has said, and behind it the command: the runner's own lines wait in a buffer.</summary>
    private static bool IsRefusedByName(string error, string log)
    {
        const string Begin = "(cannot load: ";
        int at = error.IndexOf(Begin, StringComparison.Ordinal);
        if (at < 0)
        {
            return false;
        }

        string command = error[(at + Begin.Length)..^1];
        string[] entries = log.Split("command: ");
        return Enumerable.Range(1, entries.Length - 1).Any(i =>
            entries[i].Split('\n')[0].EndsWith(command, StringComparison.Ordinal) && entries[i - 1].Contains("cannot be in force", StringComparison.Ordinal));
    }
}

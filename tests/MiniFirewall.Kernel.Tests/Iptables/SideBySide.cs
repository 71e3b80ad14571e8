using MiniFirewall.Kernel.Tests.Cli;
using Xunit;

namespace MiniFirewall.Kernel.Tests.Iptables;

/// <summary>minifw and the system's own iptables, each in a network namespace of its own, given the same command lines.</summary>
internal sealed class SideBySide : IDisposable
{
    private readonly NamedNamespace _ours = new(), _theirs = new();
    private readonly string _lock = Path.Combine(Path.GetTempPath(), $"minifw-xtables-{Guid.NewGuid():N}");

    /// <summary>Runs a command line with both; output, errors and exit code must be equal but for the name in parentheses.</summary>
    internal void Compare(string program, params string[] arguments)
    {
        CommandResult ours = _ours.Minifw([program, .. arguments]);
        CommandResult theirs = CommandResult.Of("ip", _theirs.Inside(["env", $"XTABLES_LOCKFILE={_lock}", $"{program}-legacy", .. arguments]));
        Assert.Equal(Show(theirs, program, arguments, "(legacy)"), Show(ours, program, arguments, "(miniFirewall)"));
    }

    private static string Show(CommandResult result, string program, string[] arguments, string variant) =>
        $"{program} {string.Join(' ', arguments)}\n{result.Output}{result.Error.Replace(variant, "()", StringComparison.Ordinal)}exit code {result.ExitCode}\n"
            .Replace(variant, "()", StringComparison.Ordinal);

    public void Dispose()
    {
        _ours.Dispose();
        _theirs.Dispose();
        File.Delete(_lock);
    }
}

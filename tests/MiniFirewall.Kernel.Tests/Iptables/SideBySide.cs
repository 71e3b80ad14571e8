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
        (CommandResult ours, CommandResult theirs) = Run(program, arguments);
        Assert.Equal(Show(theirs, program, arguments, "(legacy)"), Show(ours, program, arguments, "(miniFirewall)"));
    }

    /// <summary>As <see cref="Compare"/>, for commands whose words may differ.</summary>
    internal void CompareCode(string program, params string[] arguments)
    {
        (CommandResult ours, CommandResult theirs) = Run(program, arguments);
        Assert.True(theirs.ExitCode == ours.ExitCode, $"{theirs.ExitCode}: {theirs.Error}; ours is {ours.ExitCode}: {ours.Error}");
    }

    private (CommandResult Ours, CommandResult Theirs) Run(string program, string[] arguments)
    {
        string legacy = program.Replace("tables", "tables-legacy", StringComparison.Ordinal);
        return (_ours.Minifw([program, .. arguments]), CommandResult.Of("ip", _theirs.Inside(["env", $"XTABLES_LOCKFILE={_lock}", legacy, .. arguments])));
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

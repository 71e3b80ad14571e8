using MiniFirewall.Rules.Diagnostics;
using MiniFirewall.Rules.Language;

namespace MiniFirewall.Cli.Iptables;

/// <summary>What iptables-restore says where it does not do what it is asked, in upstream's words (xtables.c, basic_exit_err).</summary>
internal static class RestoreMessages
{
    /// <summary>Prints an error and returns the exit code it ends with.</summary>
    internal static int Print(string program, RestoreError error)
    {
        string name = error.RepeatsName ? $"{program}: " : "";
        switch (error.Kind)
        {
            case RestoreErrorKind.BadLine:
                return BadLine(program, name + (error.Text ?? TextOf(error.Diagnostic!)), error.Line);
            case RestoreErrorKind.BadPolicy:
                Console.Error.WriteLine($"{program} {IptablesVersion.Text}: {error.Text}");
                break;
            case RestoreErrorKind.CommitExpected:
                Console.Error.WriteLine($"{program}: COMMIT expected at line {error.Line}");
                break;
            default:
                Failed(program, error);
                break;
        }

        return ExitCode.Refused;
    }

    /// <summary>A line, or the command line (0), cannot be read.</summary>
    internal static int BadLine(string program, string message, int line)
    {
        Console.Error.WriteLine($"{program} {IptablesVersion.Text}: {message}");
        Console.Error.WriteLine($"Error occurred at line: {line}");
        Console.Error.WriteLine($"Try `{program} -h' or '{program} --help' for more information.");
        return ExitCode.Usage;
    }

    /// <summary>Upstream's words, and behind them the reason, which upstream does not tell.</summary>
    private static void Failed(string program, RestoreError error)
    {
        Console.Error.WriteLine($"{program}: line {error.Line} failed");
        if (error.Diagnostic is { } reason)
        {
            Console.Error.WriteLine($"{program}: {TextOf(reason)}");
        }
    }

    private static string TextOf(Diagnostic diagnostic) => diagnostic.Help.Length == 0 ? diagnostic.Message : $"{diagnostic.Message}; {diagnostic.Help}";
}

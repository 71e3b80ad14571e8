using MiniFirewall.Rules.Diagnostics;
using MiniFirewall.Rules.Language;

namespace MiniFirewall.Cli.Iptables;

/// <summary>What iptables-restore says where it does not do what it is asked, in upstream's words (xtables.c, basic_exit_err).</summary>
internal static class RestoreMessages
{
    /// <summary>Prints an error and returns the exit code it ends with.</summary>
    internal static int Print(string program, RestoreError error)
    {
        switch (error.Kind)
        {
            case RestoreErrorKind.BadLine when error.Text is { } text:
                return BadLine(program, error.RepeatsName ? $"{program}: {text}" : text, error.Line);
            case RestoreErrorKind.BadLine:
                return BadLine(program, error.Diagnostic!, error.Line);
            case RestoreErrorKind.BadPolicy:
                Console.Error.WriteLine($"{IptablesVersion.Of(program)}: {error.Text}");
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
        Console.Error.WriteLine($"{IptablesVersion.Of(program)}: {message}");
        return End(program, line);
    }

    private static int BadLine(string program, Diagnostic diagnostic, int line)
    {
        Convention convention = diagnostic.Convention ?? new Convention(ConventionKind.Usage, OwnWords(diagnostic));
        if (convention.Text.Length > 0)
        {
            Console.Error.WriteLine(convention.Kind == ConventionKind.Bare ? convention.Text : $"{IptablesVersion.Of(program)}: {convention.Text}");
        }

        if (diagnostic.Convention is not null && !Console.IsErrorRedirected)
        {
            Console.Error.WriteLine($"MFW{diagnostic.Code:D4}: {OwnWords(diagnostic)}");
        }

        return End(program, line);
    }

    private static int End(string program, int line)
    {
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
            string place = reason.Span.Line is > 0 and var line && line != error.Line ? $"line {line}: " : "";
            Console.Error.WriteLine($"{program}: {place}{OwnWords(reason)}");
        }
    }

    private static string OwnWords(Diagnostic diagnostic) => diagnostic.Help.Length == 0 ? diagnostic.Message : $"{diagnostic.Message}; {diagnostic.Help}";
}

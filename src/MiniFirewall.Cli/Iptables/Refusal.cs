using System.Collections.Immutable;
using MiniFirewall.Engine;
using MiniFirewall.Rules.Diagnostics;

namespace MiniFirewall.Cli.Iptables;

/// <summary>
/// Says why a command line of iptables is refused, in iptables' own words where it has some. What minifw knows more follows
/// on a line of its own, and only where a person reads along: programs that read the error stream find what they know.
/// </summary>
internal sealed class Refusal(string program)
{
    private const int Busy = ExitCode.Permission;

    /// <summary>Tells the first of what is wrong, as iptables does; the result is the exit code.</summary>
    internal int Tell(ImmutableArray<Diagnostic> diagnostics)
    {
        Diagnostic first = diagnostics[0];
        Convention convention = first.Code == ErrorCodes.NotInForce
            ? new Convention(ConventionKind.Refusal, OwnWords(first))
            : first.Convention ?? new Convention(ConventionKind.Usage, OwnWords(first));
        Write(convention);
        string help = first.Help.Length > 0 ? $"{first.Message}; {first.Help}" : first.Message;
        if (first.Convention is not null && first.Code != ErrorCodes.NotInForce && !Console.IsErrorRedirected)
        {
            Console.Error.WriteLine($"MFW{first.Code:D4}: {help}");
        }

        return convention.Kind == ConventionKind.Refusal ? ExitCode.Refused : ExitCode.Usage;
    }

    /// <summary>Tells what the engine could not do; null where that is no matter of iptables' command line.</summary>
    internal int? Tell(FirewallException failure, int? wait)
    {
        switch (failure.Failure)
        {
            case FirewallFailure.Busy:
                string waited = wait is { } seconds and > 0 ? $"Stopped waiting after {seconds}s." : "Perhaps you want to use the -w option?";
                Console.Error.WriteLine($"Another app is currently holding the xtables lock. {waited}");
                return Busy;
            case FirewallFailure.Permission:
                return NoTable("filter", "Permission denied (you must be root)", ExitCode.Permission);
            default:
                return null;
        }
    }

    /// <summary>Tells that a table cannot be worked on.</summary>
    internal int NoTable(string table, string reason, int code)
    {
        Console.Error.WriteLine($"{IptablesVersion.Of(program)}: can't initialize {program} table `{table}': {reason}");
        Console.Error.WriteLine($"Perhaps {program} or your kernel needs to be upgraded.");
        return code;
    }

    private static string OwnWords(Diagnostic diagnostic) => diagnostic.Help.Length > 0 ? $"{diagnostic.Message}; {diagnostic.Help}" : diagnostic.Message;

    private void Write(Convention convention)
    {
        if (convention.Kind == ConventionKind.Refusal)
        {
            Console.Error.WriteLine($"{program}: {convention.Text}");
            return;
        }

        if (convention.Text.Length > 0)
        {
            Console.Error.WriteLine(convention.Kind == ConventionKind.Bare ? convention.Text : $"{IptablesVersion.Of(program)}: {convention.Text}");
        }

        Console.Error.WriteLine($"Try `{program} -h' or '{program} --help' for more information.");
    }
}

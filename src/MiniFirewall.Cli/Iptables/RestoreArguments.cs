using System.Globalization;

namespace MiniFirewall.Cli.Iptables;

/// <summary>The command line of iptables-restore (iptables-restore.c).</summary>
internal sealed record RestoreArguments
{
    private static readonly RestoreOptionSpec[] Specs =
    [
        new('c', "counters"), new('b', "binary"), new('v', "verbose"), new('V', "version"), new('t', "test"), new('h', "help"), new('n', "noflush"),
        new('w', "wait"), new('W', "wait-interval"), new('M', "modprobe", 1), new('T', "table", 1),
    ];

    private bool _waits;
    private bool _hasInterval;

    internal bool HasCounters { get; private set; }

    internal bool IsTest { get; private set; }

    internal bool KeepsRules { get; private set; }

    internal bool IsVerbose { get; private set; }

    internal bool IsVersion { get; private set; }

    internal bool IsHelp { get; private set; }

    internal string? Table { get; private set; }

    /// <summary>How long to wait for another change of the rules; null for ever.</summary>
    internal TimeSpan? Wait { get; private set; }

    /// <summary>Null for the standard input.</summary>
    internal string? File { get; private set; }

    /// <summary>What is given to the system's own program, beside --test.</summary>
    internal List<string> ForOthers { get; } = [];

    /// <summary>The arguments; where they are wrong, what has been answered has this exit code.</summary>
    internal static RestoreArguments? Read(string program, string[] words, out int code)
    {
        var getopt = new RestoreGetopt(program, Specs, words);
        var arguments = new RestoreArguments();
        code = ExitCode.Done;
        while (code == ExitCode.Done && !arguments.IsVersion && !arguments.IsHelp && getopt.Next() is { } option)
        {
            code = arguments.Take(program, option.Letter, getopt);
        }

        return code == ExitCode.Done && (arguments.IsVersion || arguments.IsHelp || (code = arguments.Finish(program, getopt)) == ExitCode.Done) ? arguments : null;
    }

    private int Take(string program, char letter, RestoreGetopt getopt)
    {
        switch (letter)
        {
            case 'c': HasCounters = Pass("-c"); break;
            case 'b': Console.Error.WriteLine("-b/--binary option is not implemented"); break;
            case 'v': IsVerbose = Pass("-v"); break;
            case 't': IsTest = true; break;
            case 'n': KeepsRules = Pass("-n"); break;
            case 'V': IsVersion = true; break;
            case 'h': IsHelp = true; break;
            case 'T': Table = getopt.Argument; break;
            case 'M': Pass("-M", getopt.Argument); break;
            case 'w': return TakeWait(program, Optional(getopt));
            default: return TakeInterval(program, Optional(getopt));
        }

        return ExitCode.Done;
    }

    private bool Pass(params string[] words)
    {
        ForOthers.AddRange(words);
        return true;
    }

    private static string? Optional(RestoreGetopt getopt) => getopt.Argument.Length > 0 ? getopt.Argument : getopt.TakeOptional();

    private int TakeWait(string program, string? seconds)
    {
        _waits = true;
        if (seconds is null)
        {
            Pass("-w");
            return ExitCode.Done;
        }

        if (!int.TryParse(seconds, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int number))
        {
            return RestoreMessages.BadLine(program, "wait seconds not numeric", 0);
        }

        Wait = number < 0 ? null : TimeSpan.FromSeconds(number);
        Pass("-w", seconds);
        return ExitCode.Done;
    }

    private int TakeInterval(string program, string? microseconds)
    {
        Console.Error.WriteLine("Ignoring deprecated --wait-interval option.");
        _hasInterval = true;
        return microseconds is null || uint.TryParse(microseconds, NumberStyles.None, CultureInfo.InvariantCulture, out _) ? ExitCode.Done
            : RestoreMessages.BadLine(program, "wait interval not numeric", 0);
    }

    private int Finish(string program, RestoreGetopt getopt)
    {
        if (getopt.Error is { } error)
        {
            Console.Error.WriteLine(error);
            Console.Error.WriteLine($"Try `{program} -h' for more information.");
            return ExitCode.Refused;
        }

        if (getopt.Others.Count > 1)
        {
            Console.Error.WriteLine("Unknown arguments found on commandline");
            return ExitCode.Refused;
        }

        if (_hasInterval && !_waits)
        {
            Console.Error.WriteLine("Option --wait-interval requires option --wait");
            return ExitCode.Refused;
        }

        File = getopt.Others.Count == 0 ? null : getopt.Others[0];
        return ExitCode.Done;
    }
}

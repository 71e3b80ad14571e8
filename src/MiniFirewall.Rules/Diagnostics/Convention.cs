namespace MiniFirewall.Rules.Diagnostics;

/// <summary>How iptables frames what it says when it refuses.</summary>
public enum ConventionKind
{
    /// <summary>"iptables v1.8.9 (…): TEXT", the line that names the help, exit code 2: the command line is wrong.</summary>
    Usage,

    /// <summary>TEXT alone, where there is any, and the line that names the help, exit code 2.</summary>
    Bare,

    /// <summary>"iptables: TEXT", exit code 1: what the rules in force, or the kernel, do not allow.</summary>
    Refusal,
}

/// <summary>
/// What iptables 1.8 says in the place of a diagnostic: programs look for these words, so the iptables names of minifw say
/// them too.
/// </summary>
/// <param name="Text">May end with a line feed, as some of iptables' own do; an empty line follows it then.</param>
public sealed record Convention(ConventionKind Kind, string Text)
{
    /// <summary>Bytes that the kernel has for the name of an extension or chain, less its end (XT_EXTENSION_MAXNAMELEN).</summary>
    private const int LongestName = 28;

    /// <summary>The kernel's refusal of a rule that the command line itself took (EINVAL).</summary>
    internal static Convention InvalidArgument { get; } = Refusal("Invalid argument. Run `dmesg' for more information.");

    /// <summary>The kernel's refusal of a number that it cannot keep (ERANGE).</summary>
    internal static Convention OutOfRange { get; } = Refusal("Numerical result out of range.");

    /// <summary>The C library's words of an address of the family that the rule is not for.</summary>
    internal static Convention OtherFamily { get; } = Usage("getaddrinfo: Address family for hostname not supported\n");

    /// <summary>The C library's words of a host that nobody knows.</summary>
    internal static Convention UnknownHost { get; } = Usage("getaddrinfo: Name or service not known\n");

    internal static Convention Usage(string text) => new(ConventionKind.Usage, text);

    internal static Convention Bare(string text) => new(ConventionKind.Bare, text);

    internal static Convention Refusal(string text) => new(ConventionKind.Refusal, text);

    /// <summary>What is said where a diagnostic has nothing of its own: by its number, about the word it is reported for; null where iptables has no such error.</summary>
    internal static Convention? Of(int code, string word) => code switch
    {
        ErrorCodes.NoCommand => Usage("no command specified"),
        ErrorCodes.NoSuchChain or ErrorCodes.NoSuchSet or ErrorCodes.NoSuchEstimator => Refusal("No chain/target/match by that name."),
        ErrorCodes.ChainExists => Refusal("Chain already exists."),
        ErrorCodes.BuiltInChain or ErrorCodes.BadJump or ErrorCodes.EstimatorDiffers => InvalidArgument,
        ErrorCodes.BadPolicy => Refusal("Bad policy name. Run `dmesg' for more information."),
        ErrorCodes.NoSuchRule => Refusal("Bad rule (does a matching rule exist in that chain?)."),
        ErrorCodes.ChainInUse => Refusal("Too many links."),
        ErrorCodes.ChainNotEmpty => Refusal("Directory not empty."),
        ErrorCodes.ChainLoop => Refusal("Too many levels of symbolic links."),
        ErrorCodes.UnknownOption or ErrorCodes.AmbiguousOption or ErrorCodes.UnexpectedArgument or ErrorCodes.UnsupportedCommand =>
            Usage($"unknown option \"{word}\""),
        ErrorCodes.WrongProtocol when word.StartsWith("--", StringComparison.Ordinal) => Usage($"unknown option \"{word}\""),
        ErrorCodes.WrongProtocol => InvalidArgument,
        ErrorCodes.MissingArgument => Usage($"option \"{word}\" requires an argument"),
        ErrorCodes.UnexpectedWord => Bare($"Bad argument `{word}'"),
        ErrorCodes.CannotNegate => Usage("unexpected '!' flag"),
        ErrorCodes.UnknownProtocol => Usage($"unknown protocol \"{word}\" specified"),
        ErrorCodes.BadAddress or ErrorCodes.UnresolvedName => Usage($"host/network `{word}' not found"),
        ErrorCodes.BadMask => Usage($"invalid mask `{word}' specified"),
        ErrorCodes.NegatedList => Usage("! not allowed with multiple source or destination IP addresses"),
        ErrorCodes.BadPort => Usage($"invalid port/service `{word}' specified"),
        ErrorCodes.TooManyPorts => Usage("too many ports specified"),
        ErrorCodes.EmptyText => Usage("Argument must have a minimum length of 1 characters\n"),
        ErrorCodes.BadLogLevel => Usage($"log level \"{word}\" unknown\n"),
        ErrorCodes.UnknownMatch when word.Length > LongestName => Usage($"Invalid match name \"{word}\" ({LongestName} chars max)"),
        ErrorCodes.UnknownTarget when word.Length is 0 => Usage("Invalid target name (too short)"),
        ErrorCodes.UnknownTarget when word.Length > LongestName => Usage($"Invalid target name `{word}' ({LongestName} chars max)"),
        ErrorCodes.UnknownMatch => Usage($"Couldn't load match `{word}':No such file or directory\n"),
        ErrorCodes.UnsupportedTarget => InvalidArgument,
        ErrorCodes.UnknownTarget => Usage($"Couldn't load target `{word}':No such file or directory\n"),
        _ => null,
    };
}

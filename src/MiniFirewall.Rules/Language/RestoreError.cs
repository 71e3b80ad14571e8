using MiniFirewall.Rules.Diagnostics;

namespace MiniFirewall.Rules.Language;

/// <summary>How iptables-restore ends on a line.</summary>
public enum RestoreErrorKind
{
    /// <summary>The line cannot be read: "Error occurred at line: N", exit code 2.</summary>
    BadLine,

    /// <summary>What the line asks for cannot be done to the table as it is there: "line N failed", exit code 1.</summary>
    Failed,

    /// <summary>The kernel would not take what the line asks for: "line N failed", where the table is closed; exit code 1.</summary>
    Refused,

    /// <summary>The line sets a policy that cannot be; exit code 1.</summary>
    BadPolicy,

    /// <summary>The text ends in an open table: "COMMIT expected at line N", exit code 1.</summary>
    CommitExpected,
}

/// <summary>Why a restore text changes nothing.</summary>
/// <param name="Line">From 1.</param>
/// <param name="Text">What upstream says, without the program's name; null where only <paramref name="Diagnostic"/> tells.</param>
/// <param name="Diagnostic">What is wrong with a command; null where <paramref name="Text"/> tells.</param>
public sealed record RestoreError(RestoreErrorKind Kind, int Line, string? Text, Diagnostic? Diagnostic)
{
    /// <summary>The program's plain name stands before <see cref="Text"/> once more, as upstream has it.</summary>
    public bool RepeatsName { get; init; }
}

namespace MiniFirewall.Rules.Diagnostics;

/// <summary>A place in a user's text. Line and Column count from 1; Length is in characters.</summary>
public readonly record struct SourceSpan(string File, int Line, int Column, int Length)
{
    public static SourceSpan None { get; } = new("", 0, 0, 0);

    public override string ToString() => $"{File}:{Line}:{Column}";
}

/// <summary>One thing wrong with a user's text: place, cause and what would be right.</summary>
/// <param name="Code">Stable number, written MFWnnnn; docs/errors.md lists them.</param>
/// <param name="Message">What is wrong, one line, no full stop.</param>
/// <param name="Help">What would be right; empty where the message says it.</param>
public sealed record Diagnostic(int Code, SourceSpan Span, string Message, string Help)
{
    /// <summary>What iptables says in its place; null where it has no such error.</summary>
    public Convention? Convention { get; init; }

    /// <summary>It is about the value of a match's or target's option, which iptables reads as soon as it meets it.</summary>
    internal bool IsOfValue { get; init; }

    /// <summary>FILE:LINE:COLUMN: error MFWnnnn: what; help.</summary>
    public override string ToString() =>
        $"{Span}: error MFW{Code:D4}: {Message}{(Help.Length > 0 ? "; " + Help : "")}";
}

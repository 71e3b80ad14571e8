using MiniFirewall.Rules.Model;
using MiniFirewall.Rules.Reading;

namespace MiniFirewall.Rules.Language;

/// <summary>A rule set, or why there is none.</summary>
/// <param name="HasFilter">The text has a filter table: without one nothing is to be changed.</param>
public sealed record RestoreResult(RuleSet? Rules, RestoreError? Error, bool HasFilter);

/// <summary>
/// Reads what iptables-restore reads, as it reads it: line by line, each meeting the table as the lines before have left it, up
/// to the first that is wrong. Never throws on any text, and takes time in proportion to it.
/// </summary>
public static class RestoreReader
{
    /// <summary>The most bytes of a line.</summary>
    public const int LongestLine = 1 << 20;

    /// <summary>The most rules that a text may leave.</summary>
    public const int MostRules = 1_000_000;

    /// <summary>The most filter tables in one text.</summary>
    public const int MostTables = 64;

    /// <param name="text">UTF-8; sections of other tables are passed over.</param>
    /// <param name="start">The rules in force.</param>
    public static RestoreResult Read(ReadOnlySpan<byte> text, RuleSet start, ReadOptions options, RestoreOptions restore)
    {
        ArgumentNullException.ThrowIfNull(start);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(restore);
        return new RestoreInterpreter(start, options, restore).Run(text);
    }
}

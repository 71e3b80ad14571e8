using System.Collections.Immutable;
using MiniFirewall.Rules.Model;

namespace MiniFirewall.Verbs;

/// <summary>
/// Rules that stand one behind the other and do one thing to packets of one kind: maybe a report, for limit two rules that keep and
/// ask a list of addresses, and the rule that gives the verdict.
/// </summary>
internal sealed record RuleUnit(VerbAction Action, EntryLog Log, Selector Selector, string? Comment, string? App, bool AppIsSource, ImmutableArray<Rule> Rules)
{
    /// <summary>The same packets, whatever is done with them.</summary>
    internal bool IsAbout(RuleUnit other) => Selector == other.Selector;

    /// <summary>The same packets, and the same verdict; reports and comments do not count.</summary>
    internal bool DoesTheSame(RuleUnit other) => Action == other.Action && IsAbout(other);

    /// <summary>Units that differ in protocol and ports alone.</summary>
    internal bool GoesWith(RuleUnit other) => Action == other.Action && Log == other.Log && Comment == other.Comment
        && App == other.App && AppIsSource == other.AppIsSource
        && Selector with { Protocol = null, FromPorts = null, ToPorts = null } == (other.Selector with { Protocol = null, FromPorts = null, ToPorts = null });
}

using MiniFirewall.Engine.Counting;
using MiniFirewall.Rules.Matches;
using MiniFirewall.Rules.Model;
using MiniFirewall.Rules.Targets;

namespace MiniFirewall.Cli.Logging;

/// <summary>What people call a rule or a policy.</summary>
/// <param name="Chain">Empty where the counter belongs to no rule in force.</param>
/// <param name="Number">From 1; 0 for the policy.</param>
/// <param name="Comment">The rule's comment, or null.</param>
/// <param name="Log">What it is to report, or null.</param>
internal sealed record CountedPlaceName(string Chain, int Number, string? Comment, LogTarget? Log)
{
    /// <summary>Its log prefix, or null.</summary>
    internal string? Prefix => Log is { Prefix: { Length: > 0 } prefix } ? prefix : null;

    /// <summary>Such as "INPUT 3", or "INPUT policy"; empty where the counter belongs to no rule in force.</summary>
    internal string Text => this switch
    {
        { Chain: "" } => "",
        { Number: 0 } => $"{Chain} policy",
        _ => $"{Chain} {Number}",
    };

    internal static CountedPlaceName Of(CountedPlace? place) => place is null
        ? new("", 0, null, null)
        : new(place.Chain.Name, place.Number, CommentOf(place.Rule), place.Rule?.Target as LogTarget);

    private static string? CommentOf(Rule? rule) => rule?.Matches.OfType<CommentMatch>().FirstOrDefault()?.Text;
}

using MiniFirewall.Engine.Counting;
using MiniFirewall.Rules.Matches;
using MiniFirewall.Rules.Model;
using MiniFirewall.Rules.Targets;

namespace MiniFirewall.Cli.Logging;

/// <summary>What people call a rule or a policy.</summary>
/// <param name="Chain">Empty where the counter belongs to no rule in force.</param>
/// <param name="Number">From 1; 0 for the policy.</param>
/// <param name="Comment">The rule's comment, or null.</param>
/// <param name="Prefix">Its log prefix, or null.</param>
internal sealed record CountedPlaceName(string Chain, int Number, string? Comment, string? Prefix)
{
    internal static CountedPlaceName Of(CountedPlace? place) => place is null
        ? new("", 0, null, null)
        : new(place.Chain.Name, place.Number, CommentOf(place.Rule), PrefixOf(place.Rule));

    private static string? CommentOf(Rule? rule) => rule?.Matches.OfType<CommentMatch>().FirstOrDefault()?.Text;

    private static string? PrefixOf(Rule? rule) => rule?.Target is LogTarget { Prefix.Length: > 0 } log ? log.Prefix : null;
}

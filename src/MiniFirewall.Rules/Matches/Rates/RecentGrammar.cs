using MiniFirewall.Policy.Questions;
using MiniFirewall.Rules.Diagnostics;
using MiniFirewall.Rules.Grammar;
using MiniFirewall.Rules.Text;
using MiniFirewall.Rules.Values;

namespace MiniFirewall.Rules.Matches.Rates;

/// <summary>The options of -m recent (libxt_recent.c), and what the kernel checks of them (xt_recent.c, recent_mt_check).</summary>
internal static class RecentGrammar
{
    private const int LongestName = 199;
    private const uint MostHits = ushort.MaxValue;
    private const string Actions = "action";

    internal static MatchGrammar Grammar { get; } = new("recent", new RecentMatch())
    {
        Check = CountsWhatItAsks,
        OneOf = ["set", "rcheck", "update", "remove"],
        Options =
        [
            Act(RecentAction.Set), Act(RecentAction.Check), Act(RecentAction.Update), Act(RecentAction.Remove),
            Option<RecentMatch>.Value(["seconds"], NumberReaders.Number("number of seconds", 1, uint.MaxValue), (m, seconds, _) => m with { Seconds = seconds }),
            Option<RecentMatch>.Flag(["reap"], (m, _) => m with { Reaps = true }, needs: ["seconds"]),
            Option<RecentMatch>.Value(["hitcount"], NumberReaders.Number("number of hits", 0, uint.MaxValue), (m, hits, _) => m with { HitCount = hits }),
            Option<RecentMatch>.Flag(["rttl"], (m, _) => m with { ComparesTtl = true }),
            Option<RecentMatch>.Value(["name"], TextReaders.FileName("list", LongestName), (m, name, _) => m with { ListName = name }, takesText: true),
            Option<RecentMatch>.Flag(["rsource"], (m, _) => m with { ByDestination = false }),
            Option<RecentMatch>.Flag(["rdest"], (m, _) => m with { ByDestination = true }),
            Option<RecentMatch>.Value<HostMask>(["mask"], HostMask.ReadHost, (m, mask, _) => m with { Mask = mask }),
        ],
    };

    internal static string OptionOf(RecentAction action) => action == RecentAction.Check ? "rcheck" : action.ToString().ToLowerInvariant();

    /// <summary>A list that is only changed is asked for nothing; a count of 0 asks nothing and may stand anywhere. The kernel says so.</summary>
    private static bool CountsWhatItAsks(object state, Word place, ReadContext context)
    {
        var match = (RecentMatch)state;
        if (match.HitCount > MostHits)
        {
            context.Diagnostics.Report(
                ErrorCodes.BadNumber, place, $"--hitcount {match.HitCount} is more than the kernel keeps", $"a number from 0 to {MostHits}", Convention.InvalidArgument);
            return false;
        }

        string? asked = match.Action is RecentAction.Check or RecentAction.Update ? null
            : match.ComparesTtl ? "rttl"
            : match.Seconds > 0 ? "seconds"
            : match.Reaps ? "reap"
            : match.HitCount > 0 ? "hitcount"
            : null;
        if (asked is not null)
        {
            context.Diagnostics.Report(
                ErrorCodes.ExcludedOption, place, $"--{asked} cannot stand with --{OptionOf(match.Action)}", "give one of them, or write -m recent a second time",
                asked == "rttl" ? Convention.Usage($"recent: option \"--rttl\" cannot be used together with \"--{OptionOf(match.Action)}\".\n") : Convention.InvalidArgument);
        }

        return asked is null;
    }

    private static OptionSpec Act(RecentAction action) =>
        Option<RecentMatch>.Flag([OptionOf(action)], (m, not) => m with { Action = action, Negated = not }, negatable: true, group: Actions);
}

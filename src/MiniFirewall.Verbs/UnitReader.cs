using System.Collections.Immutable;
using MiniFirewall.Packets;
using MiniFirewall.Policy;
using MiniFirewall.Policy.Questions;
using MiniFirewall.Rules.Matches;
using MiniFirewall.Rules.Matches.Connections;
using MiniFirewall.Rules.Matches.Rates;
using MiniFirewall.Rules.Model;
using MiniFirewall.Rules.Targets;

namespace MiniFirewall.Verbs;

/// <summary>Finds in a chain's rules those that a verb makes, whoever made them.</summary>
internal static class UnitReader
{
    private enum Kind
    {
        Verdict,
        Report,
        LimitKeep,
        LimitAsk,
    }

    /// <summary>The unit that begins at a place; null where the rule there is none of a verb's.</summary>
    internal static RuleUnit? At(ImmutableArray<Rule> rules, int start)
    {
        int at = start;
        Piece? report = PieceAt(rules, at) is { Kind: Kind.Report } found ? found : null;
        at += report is null ? 0 : 1;
        bool limits = PieceAt(rules, at) is { Kind: Kind.LimitKeep };
        if (limits && (PieceAt(rules, at + 1) is not { Kind: Kind.LimitAsk } ask || ask != PieceAt(rules, at)! with { Kind = Kind.LimitAsk }))
        {
            return null;
        }

        at += limits ? 2 : 0;
        return PieceAt(rules, at) is { Kind: Kind.Verdict } verdict
            && (!limits || (verdict.Action == VerbAction.Allow && PieceAt(rules, at - 1)!.Selector == verdict.Selector))
            && (report is null || report.Selector == verdict.Selector)
            ? Unit(rules, start, at, verdict, report, limits) : null;
    }

    /// <summary>The units that begin at a place and are one entry: an application's, or UDP behind TCP with the same ports. None where there is no unit.</summary>
    internal static ImmutableArray<RuleUnit> GroupAt(ImmutableArray<Rule> rules, int start)
    {
        if (At(rules, start) is not { } first)
        {
            return [];
        }

        ImmutableArray<RuleUnit> units = [first];
        for (int end = start + first.Rules.Length; MayGoOn(rules, end - 1) && At(rules, end) is { } next && next.GoesWith(first) && Continues(units, next); end += next.Rules.Length)
        {
            units = units.Add(next);
        }

        return units;
    }

    /// <summary>The rule at a place is an entry by itself for sure, which is told without reading what it says.</summary>
    internal static bool StandsAlone(ImmutableArray<Rule> rules, int at) => rules[at].Target is not (LogTarget or NoTarget) && !MayGoOn(rules, at);

    /// <summary>What stands behind the last rule of a unit may be of the same entry.</summary>
    private static bool MayGoOn(ImmutableArray<Rule> rules, int last) => last + 1 < rules.Length
        && (rules[last] is { Protocol: { Number: IpProtocol.Tcp } } && rules[last + 1] is { Protocol: { Number: IpProtocol.Udp } }
            || RuleText.CommentsOf(rules[last]).Any(AppTag.Is));

    private static bool Continues(ImmutableArray<RuleUnit> units, RuleUnit next) => next.App is not null
        ? !units.Any(unit => unit.Selector == next.Selector)
        : units is [{ Selector.Protocol: "tcp" } only] && next.Selector == only.Selector with { Protocol = "udp" }
            && (next.Selector.FromPorts ?? next.Selector.ToPorts) is not null;

    private static RuleUnit? Unit(ImmutableArray<Rule> rules, int start, int last, Piece verdict, Piece? report, bool limits)
    {
        string[] comments = [.. RuleText.CommentsOf(rules[last])];
        string? tag = comments.FirstOrDefault(AppTag.Is);
        string[] others = [.. comments.Where(comment => comment != tag)];
        if (others.Length > 1)
        {
            return null;
        }

        (string? app, bool isSource) = tag is null ? (null, false) : AppTag.Read(tag);
        VerbAction action = limits ? VerbAction.Limit : verdict.Action;
        return report is not null && report.Prefix != UnitBuilder.LogPrefix(action)
            ? null
            : new(action, report?.Log ?? EntryLog.None, verdict.Selector, others.FirstOrDefault(), app, isSource, [.. rules[start..(last + 1)]]);
    }

    private static Piece? PieceAt(ImmutableArray<Rule> rules, int at)
    {
        if (at >= rules.Length || KindOf(rules[at]) is not { } kind)
        {
            return null;
        }

        Rule bare = rules[at] with { Matches = rules[at].Matches.RemoveAll(IsExtra), Target = NoTarget.Instance };
        return Selector.Read(bare) is { } selector ? kind with { Selector = selector } : null;
    }

    /// <summary>It says what is done with packets, not which ones.</summary>
    internal static bool IsExtra(Match match) => match is CommentMatch or ConntrackMatch or RecentMatch or LimitMatch;

    private static Piece? KindOf(Rule rule)
    {
        string[] extras = [.. rule.Matches.Where(match => IsExtra(match) && match is not CommentMatch).Select(Text)];
        bool asksNew = extras is ["-m conntrack --ctstate NEW", ..];
        return rule.Target switch
        {
            VerdictTarget { Verdict: var verdict } when extras.Length == 0 =>
                new(Kind.Verdict, Selector.Nothing) { Action = verdict == Verdict.Accept ? VerbAction.Allow : VerbAction.Deny },
            RejectTarget reject when extras.Length == 0 && IsOurs(rule, reject) => new(Kind.Verdict, Selector.Nothing) { Action = VerbAction.Reject },
            RejectTarget when asksNew && extras.Length == 2 && LimitNameIn(rule, RecentAction.Update, 30, 6) is { } name => new(Kind.LimitAsk, Selector.Nothing) { List = name },
            NoTarget when asksNew && extras.Length == 2 && LimitNameIn(rule, RecentAction.Set, 0, 0) is { } name => new(Kind.LimitKeep, Selector.Nothing) { List = name },
            LogTarget log when extras.Length == (asksNew ? 2 : 1) && extras[^1] == "-m limit --limit 3/min --limit-burst 10" =>
                new(Kind.Report, Selector.Nothing) { Log = asksNew ? EntryLog.New : EntryLog.All, Prefix = log.Prefix },
            _ => null,
        };
    }

    private static bool IsOurs(Rule rule, RejectTarget reject) =>
        reject.Answer == (rule.Protocol is { Number: 6, Negated: false } ? Answer.TcpReset : Answer.PortUnreachable);

    private static string? LimitNameIn(Rule rule, RecentAction action, uint seconds, uint hits) =>
        rule.Matches.OfType<RecentMatch>().FirstOrDefault() is { Negated: false, ByDestination: false, Reaps: false, ComparesTtl: false } recent
        && recent.Action == action && recent.Seconds == seconds && recent.HitCount == hits ? recent.ListName : null;

    private static string Text(Match match) => (new Rule { Matches = [match] }).ToString().Trim();

    private sealed record Piece(Kind Kind, Selector Selector)
    {
        internal VerbAction Action { get; init; }

        internal EntryLog Log { get; init; }

        internal string Prefix { get; init; } = "";

        internal string List { get; init; } = "";
    }
}

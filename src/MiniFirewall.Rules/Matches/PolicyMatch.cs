using System.Collections.Immutable;
using MiniFirewall.Packets;
using MiniFirewall.Policy;
using MiniFirewall.Policy.Questions;
using MiniFirewall.Rules.Diagnostics;
using MiniFirewall.Rules.Grammar;
using MiniFirewall.Rules.Language;
using MiniFirewall.Rules.Model;
using MiniFirewall.Rules.Text;
using MiniFirewall.Rules.Values;

namespace MiniFirewall.Rules.Matches;

/// <summary>-m policy: what IPsec has done, or is to do, with the packet (net/netfilter/xt_policy.c).</summary>
/// <param name="IsOut">--dir; null where not given, which is an error.</param>
/// <param name="IsNone">--pol none.</param>
/// <param name="Elements">At least one; where nothing is asked, an empty one.</param>
public sealed record PolicyMatch(bool? IsOut, bool IsNone, bool IsStrict, ImmutableArray<PolicyElement> Elements) : Match
{
    private const int MostElements = 4;
    private const string StrictHelp = "with --strict every element asks something";

    public static MatchGrammar Grammar { get; } = new("policy", new PolicyMatch(null, false, false, [PolicyElement.Empty]))
    {
        OneOf = ["dir"],
        Check = IsSound,
        Options =
        [
            Option<PolicyMatch>.Value<bool>(["dir"], PolicyReaders.Either("direction", "in", "out"), (m, isOut, _) => m with { IsOut = isOut }),
            Option<PolicyMatch>.Value<bool>(["pol"], PolicyReaders.Either("kind of policy", "ipsec", "none"), (m, isNone, _) => m with { IsNone = isNone }),
            Option<PolicyMatch>.Flag(["strict"], (m, _) => m with { IsStrict = true }),
            Part("reqid", NumberReaders.Number("request's id", 0, uint.MaxValue), e => e.RequestId is not null, (e, id) => e with { RequestId = id }),
            Part("spi", NumberReaders.Number("security parameter index", 0, uint.MaxValue), e => e.Spi is not null, (e, spi) => e with { Spi = spi }),
            Part<byte>("proto", PolicyReaders.Protocol, e => e.Protocol is not null, (e, protocol) => e with { Protocol = protocol }),
            Part("mode", PolicyReaders.Either("mode", "transport", "tunnel"), e => e.IsTunnel is not null, (e, isTunnel) => e with { IsTunnel = isTunnel }),
            Part<TunnelEnd>("tunnel-src", PolicyReaders.End, e => e.TunnelSource is not null, (e, end) => e with { TunnelSource = end }),
            Part<TunnelEnd>("tunnel-dst", PolicyReaders.End, e => e.TunnelDestination is not null, (e, end) => e with { TunnelDestination = end }),
            new OptionSpec(["next"], 0, Next) { MayRepeat = true },
        ],
    };

    public override string Name => "policy";

    public override FamilySet Families => Elements.SelectMany(Ends).Aggregate(FamilySet.Both, (families, end) => families & end.Family.ToSet());

    public override string? RefusalAt(Hook hook) => (hook, IsOut) switch
    {
        (Hook.LocalOut, false) => "packets that leave this machine did not come in; write --dir out",
        (Hook.LocalIn, true) => "packets for this machine do not leave it; write --dir in",
        _ => null,
    };

    public bool Equals(PolicyMatch? other) => other is not null && IsOut == other.IsOut && IsNone == other.IsNone && IsStrict == other.IsStrict
        && Shown.SequenceEqual(other.Shown);

    public override int GetHashCode() => HashCode.Combine(IsOut, IsNone, IsStrict, Shown.Length);

    public override void Print(RuleTextWriter writer)
    {
        writer.Word("-m").Word("policy").Word("--dir").Word(Direction).Word("--pol").Word(Kind);
        if (IsStrict)
        {
            writer.Word("--strict");
        }

        for (int i = 0; i < Shown.Length; i++)
        {
            if (i > 0)
            {
                writer.Word("--next");
            }

            Shown[i].Write(writer, "--", isNumeric: false);
        }
    }

    public override void List(RuleTextWriter writer, ListStyle style)
    {
        writer.Word("policy match dir").Word(Direction).Word("pol").Word(Kind);
        if (IsStrict)
        {
            writer.Word("strict");
        }

        for (int i = 0; i < Shown.Length; i++)
        {
            if (Shown.Length > 1)
            {
                writer.Word($"[{i}]");
            }

            Shown[i].Write(writer, "", style.IsNumeric);
        }
    }

    public override MatchResult Evaluate(Packet packet) => Question.Ask(packet) != IsNone ? MatchResult.Match : MatchResult.Miss;

    public override void Lower(Family family, ImmutableArray<Step>.Builder steps) => steps.Add(new Require(new QuestionTest(Question, IsNone)));

    /// <summary>What is asked; nothing of it is to be where there is to be no policy.</summary>
    private Question Question => Shown.All(element => element.IsEmpty)
        ? new IpsecIs(IsOut == true ? IpsecDeed.WillBeWrapped : IsNone ? IpsecDeed.PathIsKept : IpsecDeed.Unwrapped)
        : new IpsecStatesAre(IsOut == true, IsStrict, new([.. Shown.Select(element => element.Asks)]));

    private string Direction => IsOut == true ? "out" : "in";

    private string Kind => IsNone ? "none" : "ipsec";

    /// <summary>Nothing is said of elements where there is to be no policy.</summary>
    private ImmutableArray<PolicyElement> Shown => IsNone ? [] : Elements;

    private static IEnumerable<TunnelEnd> Ends(PolicyElement element) =>
        new[] { element.TunnelSource?.Value, element.TunnelDestination?.Value }.OfType<TunnelEnd>();

    /// <summary>An option that says something of the element that is being described.</summary>
    private static OptionSpec Part<T>(string name, ValueReader<T> read, Func<PolicyElement, bool> isGiven, Func<PolicyElement, Negatable<T>, PolicyElement> set)
    {
        return new OptionSpec([name], 1, Apply) { Negatable = true, MayRepeat = true };

        object? Apply(object state, OptionUse use)
        {
            var match = (PolicyMatch)state;
            PolicyElement element = match.Elements[^1];
            if (isGiven(element))
            {
                use.Context.Diagnostics.Words = null;
                use.Context.Diagnostics.Report(
                    ErrorCodes.RepeatedOption, use.Option, $"--{name} is given twice for one element", "leave one out, or write --next between them",
                    Convention.Usage($"policy match: double --{name} option"));
                return null;
            }

            return read(use.First, use.Context, out T value)
                ? match with { Elements = match.Elements.SetItem(match.Elements.Length - 1, set(element, new Negatable<T>(value, use.Negated))) }
                : null;
        }
    }

    private static object? Next(object state, OptionUse use)
    {
        var match = (PolicyMatch)state;
        if (match.Elements.Length < MostElements)
        {
            return match with { Elements = match.Elements.Add(PolicyElement.Empty) };
        }

        use.Context.Diagnostics.Report(ErrorCodes.TooManyElements, use.Option, $"more than {MostElements} elements", "the kernel describes no deeper policy");
        return null;
    }

    private static bool IsSound(object state, Word place, ReadContext context)
    {
        var match = (PolicyMatch)state;
        int empty = match.Elements.IndexOf(PolicyElement.Empty);
        (int code, string message, string help, string said)? wrong = match switch
        {
            { IsNone: true, IsStrict: true } => (ErrorCodes.ExcludedOption, "--strict cannot stand with --pol none", "no policy has no elements", "policy match: policy none but --strict given"),
            { IsStrict: false, Elements.Length: > 1 } => (ErrorCodes.MissingOption, "--next needs --strict", "without it one element of the policy is asked for", "policy: option \"--next\" also requires \"--strict\".\n"),
            { IsStrict: true } when empty >= 0 => (
                ErrorCodes.MissingOption, "an element of the policy says nothing", StrictHelp,
                $"policy match: empty policy element {empty}. --strict is in effect, but at least one of reqid, spi, tunnel-src, tunnel-dst, proto or mode is required."),
            _ when match.Elements.Any(element => element.HasTunnelEnds && element.IsTunnel is not { Value: true, Negated: false }) =>
                (ErrorCodes.MissingOption, "--tunnel-src and --tunnel-dst need --mode tunnel", "only tunnels have ends of their own",
                    "policy match: --tunnel-src/--tunnel-dst is only valid in tunnel mode"),
            _ when match.Elements.SelectMany(Ends).DistinctBy(end => end.Family).Count() > 1 =>
                (ErrorCodes.FamilyConflict, "the ends of the tunnels are of IPv4 and IPv6", "write addresses of one family", Convention.OtherFamily.Text),
            _ => null,
        };
        if (wrong is { } found)
        {
            context.Diagnostics.Report(found.code, place, found.message, found.help, Convention.Usage(found.said));
        }

        return wrong is null;
    }
}

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

/// <summary>
/// -m rateest: compares the rate that target RATEEST measures with another one, or with a number (net/netfilter/xt_rateest.c).
/// Printed as libxt_rateest.c does, with rates in bits.
/// </summary>
/// <param name="Second">The other estimator; empty where a number is compared.</param>
/// <param name="Comparison">"lt", "gt" or "eq"; empty while it has not been read.</param>
/// <param name="IsDelta">What the rates exceed is compared.</param>
public sealed record RateestMatch(string First, string Second, string Comparison, bool Negated, bool IsDelta) : Match
{
    private const int MostNameBytes = 15;

    public static MatchGrammar Grammar { get; } = new("rateest", new RateestMatch("", "", "", false, false))
    {
        OneOf = ["rateest1"],
        Check = IsWhole,
        Options =
        [
            Option<RateestMatch>.Value<string>(["rateest1", "rateest"], EstimatorName, (m, name, _) => m with { First = name }, takesText: true),
            Option<RateestMatch>.Value<string>(["rateest2"], EstimatorName, (m, name, _) => m with { Second = name }, takesText: true),
            Rate(["rateest-bps1"], RateReaders.BytesPerSecond, (m, rate) => m with { FirstBytes = rate }),
            Rate(["rateest-bps2", "rateest-bps"], RateReaders.BytesPerSecond, (m, rate) => m with { SecondBytes = rate }),
            Rate(["rateest-pps1"], RateReaders.PacketsPerSecond, (m, rate) => m with { FirstPackets = rate }),
            Rate(["rateest-pps2", "rateest-pps"], RateReaders.PacketsPerSecond, (m, rate) => m with { SecondPackets = rate }),
            Option<RateestMatch>.Flag(["rateest-delta"], (m, _) => m with { IsDelta = true }),
            Compare("lt"), Compare("gt"), Compare("eq"),
        ],
    };

    public override string Name => "rateest";

    /// <summary>Bytes a second of the first side; null where not said.</summary>
    public uint? FirstBytes { get; init; }

    public uint? SecondBytes { get; init; }

    /// <summary>Packets a second of the first side; null where not said.</summary>
    public uint? FirstPackets { get; init; }

    public uint? SecondPackets { get; init; }

    private bool AsksBytes => FirstBytes is not null || SecondBytes is not null;

    private bool AsksPackets => FirstPackets is not null || SecondPackets is not null;

    private bool IsRelative => Second.Length > 0;

    /// <summary>The estimators that a rule compares.</summary>
    public static IEnumerable<string> EstimatorsIn(Rule rule)
    {
        foreach (Match match in rule.Matches)
        {
            if (match is RateestMatch)
            {
                return rule.Matches.OfType<RateestMatch>().SelectMany(one => one.Estimators);
            }
        }

        return [];
    }

    private IEnumerable<string> Estimators => IsRelative ? [First, Second] : [First];

    private RateCompared Question => new(First, Second, Order, IsDelta, AsksBytes)
    {
        FirstNumber = (AsksBytes ? FirstBytes : FirstPackets) ?? 0,
        SecondNumber = (AsksBytes ? SecondBytes : SecondPackets) ?? 0,
    };

    private RateOrder Order => Comparison switch { "lt" => RateOrder.Less, "gt" => RateOrder.Greater, _ => RateOrder.Equal };

    /// <summary>The answer before a packet has been counted: what estimators of the rules in force know is the kernel's.</summary>
    public override MatchResult Evaluate(Packet packet) => Question.Ask(packet) != Negated ? MatchResult.Match : MatchResult.Miss;

    public override void Lower(Family family, ImmutableArray<Step>.Builder steps) => steps.Add(new Require(new QuestionTest(Question, Negated)));

    public override void Print(RuleTextWriter writer)
    {
        writer.Word("-m").Word("rateest");
        if (IsDelta)
        {
            writer.Word("--rateest-delta");
        }

        writer.Word(IsRelative ? "--rateest1" : "--rateest").Word(First);
        PrintKind(writer, AsksBytes, "bps", RateReaders.Bits(FirstBytes ?? 0), RateReaders.Bits(SecondBytes ?? 0));
        PrintKind(writer, AsksPackets, "pps", $"{FirstPackets ?? 0}", $"{SecondPackets ?? 0}");
        if (IsRelative)
        {
            writer.Word("--rateest2").Word(Second);
        }
    }

    public override void List(RuleTextWriter writer, ListStyle style)
    {
        writer.Word("rateest").Word("match").Word(First);
        ListWhere(writer, IsDelta, "delta");
        string kind = AsksBytes ? "bps" : "pps";
        writer.Word(kind);
        ListWhere(writer, IsDelta, Rate(FirstBytes, FirstPackets, style));
        if (!IsRelative)
        {
            // Upstream has the two in another order for packets.
            ListWhere(writer, AsksBytes, Rate(SecondBytes, SecondPackets, style));
            writer.Not(Negated).Word(Comparison);
            ListWhere(writer, AsksPackets, Rate(SecondBytes, SecondPackets, style));
            return;
        }

        writer.Not(Negated).Word(Comparison).Word(Second).Word(kind);
        ListWhere(writer, IsDelta, Rate(SecondBytes, SecondPackets, style));
    }

    private void PrintKind(RuleTextWriter writer, bool isAsked, string kind, string first, string second)
    {
        if (!isAsked)
        {
            return;
        }

        if (IsDelta)
        {
            writer.Word($"--rateest-{kind}1").Word(first);
        }

        writer.Not(Negated).Word("--rateest-" + Comparison).Word(IsDelta ? $"--rateest-{kind}2" : "--rateest-" + kind);
        if (IsDelta || !IsRelative)
        {
            writer.Word(second);
        }
    }

    private string Rate(uint? bytes, uint? packets, ListStyle style) =>
        AsksBytes && !style.IsNumeric ? RateReaders.Bits(bytes ?? 0) : $"{(AsksBytes ? bytes : packets) ?? 0}";

    private static void ListWhere(RuleTextWriter writer, bool condition, string word)
    {
        if (condition)
        {
            writer.Word(word);
        }
    }

    private static ValueReader<string> EstimatorName => TextReaders.Text("name of an estimator", 1, MostNameBytes);

    /// <summary>A rate may be left out, and is 0 then.</summary>
    private static OptionSpec Rate(string[] names, ValueReader<uint> read, Func<RateestMatch, uint, RateestMatch> set) =>
        new(names, 1, (state, use) => use.First.Text.Length == 0 ? set((RateestMatch)state, 0)
            : read(use.First, use.Context, out uint rate) ? set((RateestMatch)state, rate)
            : null)
        { MayLackArgument = true };

    private static OptionSpec Compare(string how) =>
        Option<RateestMatch>.Flag(["rateest-" + how], (m, not) => m with { Comparison = how, Negated = not }, negatable: true, group: "comparison");

    private static bool IsWhole(object state, Word place, ReadContext context)
    {
        var match = (RateestMatch)state;
        if (!Missing.IsThere(match.Comparison.Length > 0, context, place, "rateest", "--rateest-lt", "--rateest-gt", "--rateest-eq")
            || !Missing.IsThere(match.AsksBytes || match.AsksPackets, context, place, "rateest", "--rateest-bps", "--rateest-pps"))
        {
            return false;
        }

        if (match.AsksBytes && match.AsksPackets)
        {
            context.Diagnostics.Report(ErrorCodes.ExcludedOption, place, "rateest compares bytes or packets, not both", "write two matches");
            return false;
        }

        return true;
    }
}

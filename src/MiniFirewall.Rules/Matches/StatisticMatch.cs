using System.Collections.Immutable;
using System.Globalization;
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

/// <summary>-m statistic: packets by chance, or every nth packet that comes to the rule (net/netfilter/xt_statistic.c).</summary>
/// <param name="Mode">"random" or "nth"; empty while it has not been read.</param>
/// <param name="Probability">In parts of 2^31, rounded; null where not asked.</param>
/// <param name="Every">n; 0 where not asked.</param>
/// <param name="Packet">The first packet that matches, counted from 0; null where not asked.</param>
public sealed record StatisticMatch(string Mode, uint? Probability, uint Every, uint? Packet, bool Negated) : Match
{
    private const string Random = "random", Nth = "nth";

    public static MatchGrammar Grammar { get; } = new("statistic", new StatisticMatch("", null, 0, null, false))
    {
        OneOf = ["mode", "probability"],
        MissingText = "--probability must be specified when using random mode",
        Mandatory = ["mode"],
        Check = IsWhole,
        Options =
        [
            Option<StatisticMatch>.Value<string>(["mode"], ReadMode, (m, mode, _) => m with { Mode = mode }),
            Option<StatisticMatch>.Value<uint>(["probability"], ReadProbability, (m, probability, not) => m with { Probability = probability, Negated = not }, negatable: true, group: "how often"),
            Option<StatisticMatch>.Value<uint>(["every"], NumberReaders.Number("number of packets", 1, uint.MaxValue), (m, every, not) => m with { Every = every, Negated = not }, negatable: true, group: "how often"),
            Option<StatisticMatch>.Value<uint>(["packet"], NumberReaders.Number("packet", 0, uint.MaxValue), (m, packet, _) => m with { Packet = packet }),
        ],
    };

    public override string Name => "statistic";

    private Question Question => Mode == Random ? new RandomChance(Probability!.Value) : new EveryNth(Every, Packet!.Value);

    public override void Print(RuleTextWriter writer)
    {
        writer.Word("-m").Word("statistic").Word("--mode").Word(Mode).Not(Negated);
        if (Mode == Random)
        {
            writer.Word("--probability").Word(Share());
        }
        else
        {
            writer.Word("--every").Word($"{Every}").Word("--packet").Word($"{Packet}");
        }
    }

    public override void List(RuleTextWriter writer, ListStyle style)
    {
        writer.Word("statistic").Word("mode").Word(Mode).Not(Negated);
        if (Mode == Random)
        {
            writer.Word("probability").Word(Share());
            return;
        }

        writer.Word("every").Word($"{Every}");
        if (Packet != 0)
        {
            writer.Word("packet").Word($"{Packet}");
        }
    }

    public override MatchResult Evaluate(Packet packet) => Question.Ask(packet) != Negated ? MatchResult.Match : MatchResult.Miss;

    public override void Lower(Family family, ImmutableArray<Step>.Builder steps) => steps.Add(new Require(new QuestionTest(Question, Negated)));

    private string Share() => (Probability!.Value / (double)RandomChance.Always).ToString("F11", CultureInfo.InvariantCulture);

    private static bool ReadMode(Word word, ReadContext context, out string mode)
    {
        mode = word.Text;
        if (mode is Random or Nth)
        {
            return true;
        }

        context.Diagnostics.Report(ErrorCodes.UnknownAlgorithm, word, $"{Show.Word(mode)} is not a mode of statistic", "random or nth");
        return false;
    }

    /// <summary>lround(2^31 * P), halves away from zero.</summary>
    private static bool ReadProbability(Word word, ReadContext context, out uint probability)
    {
        const NumberStyles Styles = NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent | NumberStyles.AllowLeadingSign;
        probability = 0;
        if (!double.TryParse(word.Text, Styles, CultureInfo.InvariantCulture, out double share) || share is not (>= 0 and <= 1))
        {
            context.Diagnostics.Report(ErrorCodes.BadNumber, word, $"{Show.Word(word.Text)} is not a probability", "a number from 0 to 1, such as 0.25");
            return false;
        }

        probability = (uint)Math.Round(share * RandomChance.Always, MidpointRounding.AwayFromZero);
        return true;
    }

    private static bool IsWhole(object state, Word place, ReadContext context)
    {
        var match = (StatisticMatch)state;
        if (match.Mode == Random)
        {
            return Missing.IsThere(match.Probability is not null, context, place, "statistic --mode random", "--probability")
                && IsAlone(match.Packet is null, place, context);
        }

        if (match.Packet >= (match.Every > 0 ? match.Every : 1))
        {
            context.Diagnostics.Report(
                ErrorCodes.BadRange, place, $"--packet {match.Packet} is not one of every {match.Every}", "packets are counted from 0 to one less than --every",
                Convention.Usage("the --packet p must be 0 <= p <= n-1"));
            return false;
        }

        return Missing.IsThere(match.Every > 0 || match.Packet is not null, context, place, "statistic --mode nth", "--every")
            && Missing.IsThere(match.Every > 0, context, place, "statistic --packet", "--every")
            && Missing.IsThere(match.Packet is not null, context, place, "statistic --every", "--packet");
    }

    private static bool IsAlone(bool isAlone, Word place, ReadContext context)
    {
        if (!isAlone)
        {
            context.Diagnostics.Report(ErrorCodes.ExcludedOption, place, "--packet cannot stand with --probability", "--packet is for --mode nth");
        }

        return isAlone;
    }
}

using System.Collections.Immutable;
using System.Text;
using MiniFirewall.Packets;
using MiniFirewall.Policy;
using MiniFirewall.Policy.Questions;
using MiniFirewall.Rules.Diagnostics;
using MiniFirewall.Rules.Grammar;
using MiniFirewall.Rules.Language;
using MiniFirewall.Rules.Model;
using MiniFirewall.Rules.Names;
using MiniFirewall.Rules.Text;
using MiniFirewall.Rules.Values;

namespace MiniFirewall.Rules.Matches;

/// <summary>-m string: bytes stand somewhere in the packet, from the network header on (net/netfilter/xt_string.c).</summary>
/// <param name="Algorithm">How upstream looks for them; the answer is the same.</param>
/// <param name="From">The first byte of the packet that is looked at.</param>
/// <param name="To">The first byte that is not; 65535 where not said.</param>
public sealed record StringMatch(string Algorithm, ValueArray<byte> Pattern, ushort From, ushort To, bool IgnoresCase, bool Negated) : Match
{
    private static readonly string[] Algorithms = ["bm", "kmp"];

    public static MatchGrammar Grammar { get; } = new("string", new StringMatch("", [], 0, ushort.MaxValue, false, false))
    {
        OneOf = ["string", "hex-string"],
        Mandatory = ["algo"],
        Check = IsWhole,
        Options =
        [
            Option<StringMatch>.Value<string>(["algo"], ReadAlgorithm, (m, algorithm, _) => m with { Algorithm = algorithm }),
            Option<StringMatch>.Value<uint>(["from"], NumberReaders.Number("offset", 0, ushort.MaxValue), (m, from, _) => m with { From = (ushort)from }),
            Option<StringMatch>.Value<uint>(["to"], NumberReaders.Number("offset", 0, ushort.MaxValue), (m, to, _) => m with { To = (ushort)to }),
            Option<StringMatch>.Flag(["icase"], (m, _) => m with { IgnoresCase = true }),
            Option<StringMatch>.Value<ValueArray<byte>>(["string"], PatternReaders.Text, (m, pattern, not) => m with { Pattern = pattern, Negated = not }, negatable: true, group: "pattern", takesText: true),
            Option<StringMatch>.Value<ValueArray<byte>>(["hex-string"], PatternReaders.Hex, (m, pattern, not) => m with { Pattern = pattern, Negated = not }, negatable: true, group: "pattern", takesText: true),
        ],
    };

    public override string Name => "string";

    private TextSearch Question => new(Pattern, IgnoresCase, From, To);

    /// <summary>A letter that cannot be printed, or a backslash at the end, makes upstream print all of it as hexadecimal.</summary>
    private bool IsHex => Pattern.Any(letter => letter is < 0x20 or > 0x7e) || Pattern[^1] == (byte)'\\';

    public override void Print(RuleTextWriter writer)
    {
        writer.Word("-m").Word("string").Not(Negated).Word(IsHex ? "--hex-string" : "--string").Word(Quoted()).Word("--algo").Word(Algorithm);
        PrintOffset(writer, "--from", From, 0);
        PrintOffset(writer, "--to", To, ushort.MaxValue);
        if (IgnoresCase)
        {
            writer.Word("--icase");
        }
    }

    public override void List(RuleTextWriter writer, ListStyle style)
    {
        writer.Word("STRING").Word("match").Word(Negated ? "!" : "").Word(Quoted()).Word("ALGO").Word("name").Word(Algorithm);
        PrintOffset(writer, "FROM", From, 0);
        PrintOffset(writer, "TO", To, ushort.MaxValue);
        if (IgnoresCase)
        {
            writer.Word("ICASE");
        }
    }

    public override MatchResult Evaluate(Packet packet) => Question.Ask(packet) != Negated ? MatchResult.Match : MatchResult.Miss;

    public override void Lower(Family family, ImmutableArray<Step>.Builder steps) => steps.Add(new Require(new QuestionTest(Question, Negated)));

    private static void PrintOffset(RuleTextWriter writer, string option, ushort offset, ushort unsaid)
    {
        if (offset != unsaid)
        {
            writer.Word(option).Word($"{offset}");
        }
    }

    private string Quoted() => IsHex
        ? $"\"|{Convert.ToHexStringLower([.. Pattern])}|\""
        : $"\"{Encoding.ASCII.GetString([.. Pattern]).Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"";

    /// <summary>Only the kernel knows the algorithms: what else is wrong with the rule is said before.</summary>
    private static bool ReadAlgorithm(Word word, ReadContext context, out string algorithm)
    {
        algorithm = word.Text;
        if (!Algorithms.Contains(algorithm))
        {
            context.Diagnostics.Report(
                ErrorCodes.UnknownAlgorithm, word, $"{Show.Word(algorithm)} is not a way to look for a string",
                Nearest.HintOr(algorithm, Algorithms, "bm or kmp: both find the same"),
                Convention.Of(ErrorCodes.NoSuchChain, algorithm));
        }

        return true;
    }

    private static bool IsWhole(object state, Word place, ReadContext context)
    {
        var match = (StringMatch)state;
        bool isOrdered = match.From <= match.To;
        if (!isOrdered)
        {
            context.Diagnostics.Report(ErrorCodes.BadRange, place, $"--from {match.From} is behind --to {match.To}", "write the smaller offset after --from", Convention.InvalidArgument);
        }

        return isOrdered;
    }
}

using System.Collections.Immutable;
using System.Text;
using MiniFirewall.Packets;
using MiniFirewall.Policy;
using MiniFirewall.Policy.Questions;
using MiniFirewall.Rules.Grammar;
using MiniFirewall.Rules.Language;
using MiniFirewall.Rules.Model;
using MiniFirewall.Rules.Values;

namespace MiniFirewall.Rules.Matches;

/// <summary>-m u32: words of the packet, what is computed from them, and the ranges they lie in (net/netfilter/xt_u32.c).</summary>
public sealed record U32Match(WordArithmetic Question, bool Negated) : Match
{
    public static MatchGrammar Grammar { get; } = new("u32", new U32Match(new WordArithmetic([]), false))
    {
        OneOf = ["u32"],
        Options =
        [
            Option<U32Match>.Value<WordArithmetic>(["u32"], U32Reader.Read, (_, question, not) => new(question, not), negatable: true, takesText: true),
        ],
    };

    public override string Name => "u32";

    public override void Print(RuleTextWriter writer) => writer.Word("-m").Word("u32").Not(Negated).Word("--u32").Word(Text());

    public override void List(RuleTextWriter writer, ListStyle style) => writer.Word("u32").Not(Negated).Word(Text());

    public override MatchResult Evaluate(Packet packet) => Question.Ask(packet) != Negated ? MatchResult.Match : MatchResult.Miss;

    public override void Lower(Family family, ImmutableArray<Step>.Builder steps) => steps.Add(new Require(new QuestionTest(Question, Negated)));

    private string Text() => $"\"{string.Join("&&", Question.Tests.Select(Text))}\"";

    private static string Text(WordTest test)
    {
        var text = new StringBuilder($"0x{test.Offset:x}");
        foreach (WordStep step in test.Steps)
        {
            text.Append(U32Reader.SignOf(step.Operator)).Append($"0x{step.Operand:x}");
        }

        return text.Append('=').AppendJoin(',', test.Ranges.Select(range => range.Low == range.High ? $"0x{range.Low:x}" : $"0x{range.Low:x}:0x{range.High:x}")).ToString();
    }
}

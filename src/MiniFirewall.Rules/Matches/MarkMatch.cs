using System.Collections.Immutable;
using MiniFirewall.Packets;
using MiniFirewall.Policy;
using MiniFirewall.Rules.Grammar;
using MiniFirewall.Rules.Language;
using MiniFirewall.Rules.Model;
using MiniFirewall.Rules.Values;

namespace MiniFirewall.Rules.Matches;

/// <summary>-m mark: the packet's mark under a mask (net/netfilter/xt_mark.c). A value with bits outside the mask never matches.</summary>
public sealed record MarkMatch(uint Value, uint Mask, bool Negated) : Match
{
    public static MatchGrammar Grammar { get; } = new("mark", new MarkMatch(0, 0, false))
    {
        OneOf = ["mark"],
        Options =
        [
            Option<MarkMatch>.Value<(uint Value, uint Mask)>(["mark"], NumberReaders.Masked, (_, mark, not) => new(mark.Value, mark.Mask, not), negatable: true),
        ],
    };

    public override string Name => "mark";

    private string Text => Mask == uint.MaxValue ? $"0x{Value:x}" : $"0x{Value:x}/0x{Mask:x}";

    public override void Print(RuleTextWriter writer) =>
        writer.Word("-m").Word("mark").Not(Negated).Word("--mark").Word(Text);

    public override void List(RuleTextWriter writer, ListStyle style) => writer.Word("mark match").Not(Negated).Word(Text);

    public override MatchResult Evaluate(Packet packet) =>
        ((packet.Mark & Mask) == Value) != Negated ? MatchResult.Match : MatchResult.Miss;

    public override void Lower(Family family, ImmutableArray<Step>.Builder steps) =>
        steps.Add(new Require(new FieldTest(Field.Mark, Mask, Value, Negated)));
}

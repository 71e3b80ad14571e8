using System.Collections.Immutable;
using MiniFirewall.Packets;
using MiniFirewall.Policy;
using MiniFirewall.Rules.Grammar;
using MiniFirewall.Rules.Language;
using MiniFirewall.Rules.Model;
using MiniFirewall.Rules.Values;

namespace MiniFirewall.Rules.Matches;

/// <summary>-m length: the length that the network header declares, its own bytes included (net/netfilter/xt_length.c).</summary>
public sealed record LengthMatch(NumberRange Range, bool Negated) : Match
{
    public static MatchGrammar Grammar { get; } = new("length", new LengthMatch(NumberRange.All, false))
    {
        OneOf = ["length"],
        Options =
        [
            Option<LengthMatch>.Value<NumberRange>(["length"], NumberReaders.Range("length"), (_, range, not) => new(range, not), negatable: true),
        ],
    };

    public override string Name => "length";

    public override void Print(RuleTextWriter writer) =>
        writer.Word("-m").Word("length").Not(Negated).Word("--length").Word(Range.ToString());

    public override MatchResult Evaluate(Packet packet) =>
        Range.Contains(packet.DeclaredLength) != Negated ? MatchResult.Match : MatchResult.Miss;

    public override void Lower(Family family, ImmutableArray<Step>.Builder steps) =>
        steps.Add(new Require(RangeTest.Between(Field.Length, Range.Low, Range.High, Negated)));
}

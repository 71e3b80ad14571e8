using System.Collections.Immutable;
using MiniFirewall.Packets;
using MiniFirewall.Policy;
using MiniFirewall.Rules.Grammar;
using MiniFirewall.Rules.Language;
using MiniFirewall.Rules.Model;
using MiniFirewall.Rules.Values;

namespace MiniFirewall.Rules.Matches;

/// <summary>
/// -m length: the packet's length, network header included (net/netfilter/xt_length.c): as an IPv4 header declares it, but of
/// an IPv6 packet what is really there (skb->len, since kernel 6.3). The two differ only in malformed packets sent locally.
/// </summary>
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

    public override void List(RuleTextWriter writer, ListStyle style) => writer.Word("length").Word($"{(Negated ? "!" : "")}{Range}");

    public override MatchResult Evaluate(Packet packet) =>
        Range.Contains(packet.Family == Family.IPv4 ? packet.DeclaredLength : packet.Bytes.Length) != Negated
            ? MatchResult.Match : MatchResult.Miss;

    public override void Lower(Family family, ImmutableArray<Step>.Builder steps) =>
        steps.Add(new Require(RangeTest.Between(Field.Length, Range.Low, Range.High, Negated)));
}

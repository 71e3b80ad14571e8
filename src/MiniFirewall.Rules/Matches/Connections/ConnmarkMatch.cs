using System.Collections.Immutable;
using MiniFirewall.Packets;
using MiniFirewall.Policy;
using MiniFirewall.Policy.Questions;
using MiniFirewall.Rules.Grammar;
using MiniFirewall.Rules.Language;
using MiniFirewall.Rules.Model;
using MiniFirewall.Rules.Values;

namespace MiniFirewall.Rules.Matches.Connections;

/// <summary>-m connmark: the mark of the packet's connection under a mask (net/netfilter/xt_connmark.c).</summary>
public sealed record ConnmarkMatch(uint Value, uint Mask, bool Negated) : Match
{
    public static MatchGrammar Grammar { get; } = new("connmark", new ConnmarkMatch(0, 0, false))
    {
        OneOf = ["mark"],
        Options =
        [
            Option<ConnmarkMatch>.Value<(uint Value, uint Mask)>(["mark"], NumberReaders.Masked, (_, mark, not) => new(mark.Value, mark.Mask, not), negatable: true),
        ],
    };

    public override string Name => "connmark";

    public override bool AsksConnection => true;

    /// <summary>Not of a packet without a connection, negated or not.</summary>
    public override MatchResult Evaluate(Packet packet) =>
        packet.Connection is { } connection && (connection.Mark & Mask) == Value != Negated ? MatchResult.Match : MatchResult.Miss;

    public override void Lower(Family family, ImmutableArray<Step>.Builder steps) =>
        steps.Add(new Require(new QuestionTest(new ConnectionMarkIs(Value, Mask) { WithoutConnection = Negated }, Negated)));

    private string Text => Mask == uint.MaxValue ? $"0x{Value:x}" : $"0x{Value:x}/0x{Mask:x}";

    public override void Print(RuleTextWriter writer) => writer.Word("-m").Word("connmark").Not(Negated).Word("--mark").Word(Text);

    /// <summary>Where upstream has no '!', it leaves the blank that would stand behind it.</summary>
    public override void List(RuleTextWriter writer, ListStyle style) =>
        writer.Word("connmark").Word("match").Word(Negated ? "!" : "").Word(Text);
}

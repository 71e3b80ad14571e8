using System.Collections.Immutable;
using MiniFirewall.Packets;
using MiniFirewall.Policy;
using MiniFirewall.Rules.Grammar;
using MiniFirewall.Rules.Language;
using MiniFirewall.Rules.Model;
using MiniFirewall.Rules.Values;

namespace MiniFirewall.Rules.Matches;

/// <summary>-m comment: up to 255 bytes of text that match every packet (net/netfilter/xt_comment.c).</summary>
public sealed record CommentMatch(string Text) : Match
{
    private const int MostBytes = 255;

    public static MatchGrammar Grammar { get; } = new("comment", new CommentMatch(""))
    {
        OneOf = ["comment"],
        Options =
        [
            Option<CommentMatch>.Value<string>(["comment"], TextReaders.Text("comment", 0, MostBytes), (_, text, _) => new(text), takesText: true),
        ],
    };

    public override string Name => "comment";

    public override void Print(RuleTextWriter writer) => writer.Word("-m").Word("comment").Word("--comment").Value(Text);

    public override void List(RuleTextWriter writer, ListStyle style) => writer.Word("/*").Word(Text).Word("*/");

    public override MatchResult Evaluate(Packet packet) => MatchResult.Match;

    public override void Lower(Family family, ImmutableArray<Step>.Builder steps)
    {
    }
}

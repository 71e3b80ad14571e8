using System.Collections.Immutable;
using MiniFirewall.Packets;
using MiniFirewall.Policy;
using MiniFirewall.Policy.Questions;
using MiniFirewall.Rules.Diagnostics;
using MiniFirewall.Rules.Grammar;
using MiniFirewall.Rules.Language;
using MiniFirewall.Rules.Model;
using MiniFirewall.Rules.Names;
using MiniFirewall.Rules.Text;

namespace MiniFirewall.Rules.Matches;

/// <summary>-m pkttype: whom the frame was for (net/netfilter/xt_pkttype.c).</summary>
public sealed record PkttypeMatch(LinkType Type, bool Negated) : Match
{
    /// <summary>The first spelling of a type is the one that is printed.</summary>
    private static readonly (string Name, LinkType Type)[] Names =
    [
        ("unicast", LinkType.Host), ("broadcast", LinkType.Broadcast), ("multicast", LinkType.Multicast), ("otherhost", LinkType.OtherHost),
        ("host", LinkType.Host), ("bcast", LinkType.Broadcast), ("mcast", LinkType.Multicast),
    ];

    public static MatchGrammar Grammar { get; } = new("pkttype", new PkttypeMatch(LinkType.Host, false))
    {
        OneOf = ["pkt-type"],
        Options =
        [
            Option<PkttypeMatch>.Value<LinkType>(["pkt-type"], Read, (_, type, not) => new(type, not), negatable: true),
        ],
    };

    public override string Name => "pkttype";

    public override void Print(RuleTextWriter writer) => writer.Word("-m").Word("pkttype").Not(Negated).Word("--pkt-type").Word(Spelling);

    public override void List(RuleTextWriter writer, ListStyle style) => writer.Word("PKTTYPE").Word(Negated ? "!=" : "=").Word(Spelling);

    public override MatchResult Evaluate(Packet packet) => new LinkTypeIs(Type).Ask(packet) != Negated ? MatchResult.Match : MatchResult.Miss;

    public override void Lower(Family family, ImmutableArray<Step>.Builder steps) =>
        steps.Add(new Require(new QuestionTest(new LinkTypeIs(Type), Negated)));

    private string Spelling => Array.Find(Names, entry => entry.Type == Type).Name;

    private static bool Read(Word word, ReadContext context, out LinkType type)
    {
        int at = Array.FindIndex(Names, entry => entry.Name.Equals(word.Text, StringComparison.OrdinalIgnoreCase));
        type = at < 0 ? LinkType.Host : Names[at].Type;
        if (at < 0)
        {
            string[] names = [.. Names.Select(entry => entry.Name)];
            context.Diagnostics.Report(
                ErrorCodes.UnknownFlag, word, $"{Show.Word(word.Text)} is not a type of packets",
                Nearest.HintOr(word.Text, names, $"write {Show.Choice(names[..4])}"));
        }

        return at >= 0;
    }
}

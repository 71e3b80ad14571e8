using System.Collections.Immutable;
using MiniFirewall.Packets;
using MiniFirewall.Policy;
using MiniFirewall.Policy.Questions;
using MiniFirewall.Rules.Grammar;
using MiniFirewall.Rules.Language;
using MiniFirewall.Rules.Model;

namespace MiniFirewall.Rules.Matches;

/// <summary>
/// -m ipv6header: which kinds of headers a packet consists of (net/ipv6/netfilter/ip6t_ipv6header.c; libip6t_ipv6header.c). IPv6
/// only.
/// </summary>
/// <param name="IsSoft">Other kinds may be there too; negated, none of these is.</param>
public sealed record Ipv6HeaderMatch(HeaderKindSet Kinds, bool Negated, bool IsSoft) : Match
{
    public static MatchGrammar Grammar { get; } = new("ipv6header", new Ipv6HeaderMatch(HeaderKindSet.None, false, false))
    {
        OneOf = ["header"],
        Options =
        [
            Option<Ipv6HeaderMatch>.Value<HeaderKindSet>(["header"], HeaderKindNames.Read, (m, kinds, not) => m with { Kinds = kinds, Negated = not }, negatable: true),
            Option<Ipv6HeaderMatch>.Flag(["soft"], (m, _) => m with { IsSoft = true }),
        ],
    };

    public override string Name => "ipv6header";

    public override FamilySet Families => FamilySet.IPv6;

    public override void Print(RuleTextWriter writer)
    {
        writer.Word("-m").Word("ipv6header").Not(Negated).Word("--header").Word(HeaderKindNames.Print(Kinds));
        if (IsSoft)
        {
            writer.Word("--soft");
        }
    }

    public override void List(RuleTextWriter writer, ListStyle style)
    {
        string kinds = style.IsNumeric ? $"0x{(int)Kinds:X2}" : HeaderKindNames.Print(Kinds);
        writer.Word("ipv6header").Word($"flags:{(Negated ? "!" : "")}{kinds}");
        if (IsSoft)
        {
            writer.Word("soft");
        }
    }

    public override MatchResult Evaluate(Packet packet) => Question.Ask(packet) ? MatchResult.Match : MatchResult.Miss;

    public override void Lower(Family family, ImmutableArray<Step>.Builder steps) => steps.Add(new Require(new QuestionTest(Question)));

    private HeaderKinds Question => new(Kinds, IsSoft, Negated);
}

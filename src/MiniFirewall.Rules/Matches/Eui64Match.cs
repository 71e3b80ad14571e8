using System.Collections.Immutable;
using MiniFirewall.Packets;
using MiniFirewall.Policy;
using MiniFirewall.Policy.Questions;
using MiniFirewall.Rules.Grammar;
using MiniFirewall.Rules.Language;
using MiniFirewall.Rules.Model;

namespace MiniFirewall.Rules.Matches;

/// <summary>-m eui64: the IPv6 source address is made of the Ethernet source address (net/ipv6/netfilter/ip6t_eui64.c).</summary>
public sealed record Eui64Match : Match
{
    public static MatchGrammar Grammar { get; } = new("eui64", new Eui64Match());

    public override string Name => "eui64";

    public override FamilySet Families => FamilySet.IPv6;

    public override string? RefusalAt(Hook hook) => hook == Hook.LocalOut ? "packets that leave this machine came from no other" : null;

    public override void Print(RuleTextWriter writer) => writer.Word("-m").Word("eui64");

    public override void List(RuleTextWriter writer, ListStyle style) => writer.Word("eui64");

    public override MatchResult Evaluate(Packet packet) => new SourceIsModifiedEui64().Ask(packet) ? MatchResult.Match : MatchResult.Miss;

    public override void Lower(Family family, ImmutableArray<Step>.Builder steps) =>
        steps.Add(new Require(new QuestionTest(new SourceIsModifiedEui64())));
}

using System.Collections.Immutable;
using MiniFirewall.Packets;
using MiniFirewall.Policy;
using MiniFirewall.Policy.Questions;
using MiniFirewall.Rules.Grammar;
using MiniFirewall.Rules.Language;
using MiniFirewall.Rules.Model;
using MiniFirewall.Rules.Values;

namespace MiniFirewall.Rules.Matches;

/// <summary>-m hbh: the header of hop-by-hop options (net/ipv6/netfilter/ip6t_hbh.c; libip6t_hbh.c). IPv6 only.</summary>
public sealed record HbhMatch(OptionsComparison Comparison) : Match
{
    public static MatchGrammar Grammar { get; } = new("hbh", new HbhMatch(OptionsComparison.Nothing))
    {
        Options =
        [
            Option<HbhMatch>.Value<uint>(["hbh-len"], NumberReaders.Number("header length", 0, uint.MaxValue), (m, length, not) => new(m.Comparison with { Length = new AskedNumber(length, not) }), negatable: true),
            Option<HbhMatch>.Value<ImmutableArray<HeaderOption>>(["hbh-opts"], HeaderOptionList.Read, (m, options, _) => new(m.Comparison with { Options = options })),
        ],
    };

    public override string Name => "hbh";

    public override FamilySet Families => FamilySet.IPv6;

    public override void Print(RuleTextWriter writer) => Comparison.Print(writer, "hbh");

    public override void List(RuleTextWriter writer, ListStyle style) => Comparison.List(writer, "hbh");

    public override MatchResult Evaluate(Packet packet) => Comparison.QuestionsOf(IPv6HeaderNumber.HopByHop).Evaluate(packet);

    public override void Lower(Family family, ImmutableArray<Step>.Builder steps) =>
        Comparison.QuestionsOf(IPv6HeaderNumber.HopByHop).Lower(steps);
}

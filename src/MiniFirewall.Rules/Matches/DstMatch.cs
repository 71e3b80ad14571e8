using System.Collections.Immutable;
using MiniFirewall.Packets;
using MiniFirewall.Policy;
using MiniFirewall.Policy.Questions;
using MiniFirewall.Rules.Grammar;
using MiniFirewall.Rules.Language;
using MiniFirewall.Rules.Model;
using MiniFirewall.Rules.Values;

namespace MiniFirewall.Rules.Matches;

/// <summary>-m dst: the header of destination options (net/ipv6/netfilter/ip6t_hbh.c; libip6t_dst.c). IPv6 only.</summary>
public sealed record DstMatch(OptionsComparison Comparison) : Match
{
    public static MatchGrammar Grammar { get; } = new("dst", new DstMatch(OptionsComparison.Nothing))
    {
        Options =
        [
            Option<DstMatch>.Value<uint>(["dst-len"], NumberReaders.Number("header length", 0, uint.MaxValue), (m, length, not) => new(m.Comparison with { Length = new AskedNumber(length, not) }), negatable: true),
            Option<DstMatch>.Value<ImmutableArray<HeaderOption>>(["dst-opts"], HeaderOptionList.Read, (m, options, _) => new(m.Comparison with { Options = options })),
        ],
    };

    public override string Name => "dst";

    public override FamilySet Families => FamilySet.IPv6;

    public override void Print(RuleTextWriter writer) => Comparison.Print(writer, "dst");

    public override void List(RuleTextWriter writer, ListStyle style) => Comparison.List(writer, "dst");

    public override MatchResult Evaluate(Packet packet) => Comparison.QuestionsOf(IPv6HeaderNumber.DestinationOptions).Evaluate(packet);

    public override void Lower(Family family, ImmutableArray<Step>.Builder steps) =>
        Comparison.QuestionsOf(IPv6HeaderNumber.DestinationOptions).Lower(steps);
}

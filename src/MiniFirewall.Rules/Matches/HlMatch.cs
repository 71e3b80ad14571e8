using System.Collections.Immutable;
using MiniFirewall.Packets;
using MiniFirewall.Policy;
using MiniFirewall.Rules.Grammar;
using MiniFirewall.Rules.Language;
using MiniFirewall.Rules.Model;
using MiniFirewall.Rules.Values;

namespace MiniFirewall.Rules.Matches;

/// <summary>-m hl: a packet's hop limit (net/netfilter/xt_hl.c). IPv6 only.</summary>
public sealed record HlMatch(HopComparison Comparison) : Match
{
    public static MatchGrammar Grammar { get; } = new("hl", new HlMatch(default(HopComparison)))
    {
        OneOf = ["hl-eq", "hl-lt", "hl-gt"],
        MissingText = "HL match: You must specify one of `--hl-eq', `--hl-lt', `--hl-gt'",
        Options =
        [
            Compare(["hl-lt"], HopOperator.Less, negatable: false),
            Compare(["hl-gt"], HopOperator.Greater, negatable: false),
            Compare(["hl-eq", "hl"], HopOperator.Equal, negatable: true),
        ],
    };

    public override string Name => "hl";

    public override FamilySet Families => FamilySet.IPv6;

    public override void Print(RuleTextWriter writer) => Comparison.Print(writer, "hl");

    public override void List(RuleTextWriter writer, ListStyle style) => Comparison.List(writer, "HL");

    public override MatchResult Evaluate(Packet packet) => Comparison.Evaluate(packet.HopLimit);

    public override void Lower(Family family, ImmutableArray<Step>.Builder steps) => Comparison.Lower(steps);

    private static OptionSpec Compare(string[] names, HopOperator comparison, bool negatable) => Option<HlMatch>.Value<uint>(
        names,
        NumberReaders.Number("hop limit", 0, 255),
        (_, value, not) => new(new HopComparison(not ? HopOperator.NotEqual : comparison, (byte)value)),
        negatable,
        group: "comparison");
}

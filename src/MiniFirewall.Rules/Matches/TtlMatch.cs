using System.Collections.Immutable;
using MiniFirewall.Packets;
using MiniFirewall.Policy;
using MiniFirewall.Rules.Grammar;
using MiniFirewall.Rules.Language;
using MiniFirewall.Rules.Model;
using MiniFirewall.Rules.Values;

namespace MiniFirewall.Rules.Matches;

/// <summary>-m ttl: a packet's TTL (net/netfilter/xt_hl.c). IPv4 only.</summary>
public sealed record TtlMatch(HopComparison Comparison) : Match
{
    public static MatchGrammar Grammar { get; } = new("ttl", new TtlMatch(default(HopComparison)))
    {
        OneOf = ["ttl-eq", "ttl-lt", "ttl-gt"],
        MissingText = "TTL match: You must specify one of `--ttl-eq', `--ttl-lt', `--ttl-gt",
        Options =
        [
            Compare(["ttl-lt"], HopOperator.Less, negatable: false),
            Compare(["ttl-gt"], HopOperator.Greater, negatable: false),
            Compare(["ttl-eq", "ttl"], HopOperator.Equal, negatable: true),
        ],
    };

    public override string Name => "ttl";

    public override FamilySet Families => FamilySet.IPv4;

    public override void Print(RuleTextWriter writer) => Comparison.Print(writer, "ttl");

    public override void List(RuleTextWriter writer, ListStyle style) => Comparison.List(writer, "TTL");

    public override MatchResult Evaluate(Packet packet) => Comparison.Evaluate(packet.HopLimit);

    public override void Lower(Family family, ImmutableArray<Step>.Builder steps) => Comparison.Lower(steps);

    private static OptionSpec Compare(string[] names, HopOperator comparison, bool negatable) => Option<TtlMatch>.Value<uint>(
        names,
        NumberReaders.Number("TTL", 0, 255),
        (_, value, not) => new(new HopComparison(not ? HopOperator.NotEqual : comparison, (byte)value)),
        negatable,
        group: "comparison");
}

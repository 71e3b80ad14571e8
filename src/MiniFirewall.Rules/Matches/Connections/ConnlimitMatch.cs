using System.Collections.Immutable;
using MiniFirewall.Packets;
using MiniFirewall.Policy;
using MiniFirewall.Policy.Questions;
using MiniFirewall.Rules.Grammar;
using MiniFirewall.Rules.Language;
using MiniFirewall.Rules.Model;
using MiniFirewall.Rules.Values;

namespace MiniFirewall.Rules.Matches.Connections;

/// <summary>-m connlimit: how many connections an address, or a network, has (net/netfilter/xt_connlimit.c).</summary>
/// <param name="Limit">Connections.</param>
/// <param name="IsAbove">The packet matches above the limit; up to it where not.</param>
/// <param name="Prefix">The length of the prefix whose addresses count as one; null for the whole address.</param>
/// <param name="ByDestination">The destination is looked at, not the source.</param>
public sealed record ConnlimitMatch(uint Limit, bool IsAbove, int? Prefix, bool ByDestination) : Match
{
    private const string LimitGroup = "limit", SideGroup = "side";

    private static readonly ValueReader<uint> Connections = NumberReaders.Number("number of connections", 0, uint.MaxValue);

    public static MatchGrammar Grammar { get; } = new("connlimit", new ConnlimitMatch(0, false, null, false))
    {
        OneOf = ["connlimit-upto", "connlimit-above"],
        Options =
        [
            Option<ConnlimitMatch>.Value(["connlimit-upto"], Connections, (m, limit, not) => m with { Limit = limit, IsAbove = not }, negatable: true, group: LimitGroup),
            Option<ConnlimitMatch>.Value(["connlimit-above"], Connections, (m, limit, not) => m with { Limit = limit, IsAbove = !not }, negatable: true, group: LimitGroup),
            Option<ConnlimitMatch>.Value<int>(["connlimit-mask"], PrefixLengths.Read, (m, prefix, _) => m with { Prefix = prefix }),
            Option<ConnlimitMatch>.Flag(["connlimit-saddr"], (m, _) => m with { ByDestination = false }, group: SideGroup),
            Option<ConnlimitMatch>.Flag(["connlimit-daddr"], (m, _) => m with { ByDestination = true }, group: SideGroup),
        ],
    };

    public override string Name => "connlimit";

    /// <summary>The kernel counts in 32 bits, so that no count is above the highest number: nothing need be counted.</summary>
    private bool IsBeyondCounting => Limit == uint.MaxValue;

    public override bool AsksConnection => true;

    /// <summary>The answer to the first packet, of a rule that has seen no other.</summary>
    public override MatchResult Evaluate(Packet packet) =>
        new ConnectionUnknowable().Ask(packet) ? MatchResult.Invalid : (Limit < 1) == IsAbove ? MatchResult.Match : MatchResult.Miss;

    public override void Lower(Family family, ImmutableArray<Step>.Builder steps)
    {
        int prefix = Prefix ?? (family == Family.IPv4 ? 32 : 128);
        steps.Add(new DropWhen(new QuestionTest(new ConnectionUnknowable())));
        steps.Add(new Require(IsBeyondCounting ? new RangeTest(Field.Protocol, [], !IsAbove) : new QuestionTest(new ConnectionsAbove(Limit, prefix, ByDestination), !IsAbove)));
    }

    public override FamilySet Families => PrefixLengths.FamiliesOf(Prefix);

    public override Match Settled(FamilySet families) => Prefix is not null && Prefix == PrefixLengths.Whole(families) ? this with { Prefix = null } : this;

    public override void Print(RuleTextWriter writer)
    {
        writer.Word("-m").Word("connlimit").Word(IsAbove ? "--connlimit-above" : "--connlimit-upto").Word($"{Limit}");
        if ((Prefix ?? PrefixLengths.Whole(writer.Family)) is { } prefix)
        {
            writer.Word("--connlimit-mask").Word($"{prefix}");
        }

        writer.Word(ByDestination ? "--connlimit-daddr" : "--connlimit-saddr");
    }

    public override void List(RuleTextWriter writer, ListStyle style) => writer.Word("#conn")
        .Word($"{(ByDestination ? "dst" : "src")}/{Prefix ?? PrefixLengths.Whole(writer.Family)}").Word(IsAbove ? ">" : "<=").Word($"{Limit}");
}

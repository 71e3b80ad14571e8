using System.Collections.Immutable;
using MiniFirewall.Packets;
using MiniFirewall.Policy;
using MiniFirewall.Rules.Diagnostics;
using MiniFirewall.Rules.Grammar;
using MiniFirewall.Rules.Language;
using MiniFirewall.Rules.Model;
using MiniFirewall.Rules.Text;
using MiniFirewall.Rules.Values;

namespace MiniFirewall.Rules.Matches;

/// <summary>-m iprange: addresses from one to another (net/netfilter/xt_iprange.c). Of the family of its addresses.</summary>
/// <param name="Source">Null where not asked.</param>
/// <param name="Destination">Null where not asked.</param>
public sealed record IprangeMatch(AddressRange? Source, AddressRange? Destination) : Match
{
    public static MatchGrammar Grammar { get; } = new("iprange", new IprangeMatch(null, null))
    {
        OneOf = ["src-range", "dst-range"],
        MissingText = "iprange match: You must specify `--src-range' or `--dst-range'",
        Check = HasOneFamily,
        Options =
        [
            Option<IprangeMatch>.Value<AddressRange>(["src-range"], AddressRange.Read, (m, range, not) => m with { Source = range with { Negated = not } }, negatable: true),
            Option<IprangeMatch>.Value<AddressRange>(["dst-range"], AddressRange.Read, (m, range, not) => m with { Destination = range with { Negated = not } }, negatable: true),
        ],
    };

    public override string Name => "iprange";

    public override FamilySet Families => (Source ?? Destination)?.Family.ToSet() ?? FamilySet.Both;

    public override void Print(RuleTextWriter writer)
    {
        writer.Word("-m").Word("iprange");
        PrintRange(writer, "--src-range", Source);
        PrintRange(writer, "--dst-range", Destination);
    }

    public override void List(RuleTextWriter writer, ListStyle style)
    {
        ListRange(writer, "source", Source);
        ListRange(writer, "destination", Destination);
    }

    public override MatchResult Evaluate(Packet packet)
    {
        bool matches = (Source is null || Source.Contains(packet.Source) != Source.Negated)
            && (Destination is null || Destination.Contains(packet.Destination) != Destination.Negated);
        return matches ? MatchResult.Match : MatchResult.Miss;
    }

    public override void Lower(Family family, ImmutableArray<Step>.Builder steps)
    {
        LowerRange(steps, Field.Source, Source);
        LowerRange(steps, Field.Destination, Destination);
    }

    private static void PrintRange(RuleTextWriter writer, string option, AddressRange? range)
    {
        if (range is not null)
        {
            writer.Not(range.Negated).Word(option).Word(range.ToString());
        }
    }

    private static void ListRange(RuleTextWriter writer, string side, AddressRange? range)
    {
        if (range is not null)
        {
            writer.Word($"{side} IP range").Not(range.Negated).Word(range.ToString());
        }
    }

    private static void LowerRange(ImmutableArray<Step>.Builder steps, Field field, AddressRange? range)
    {
        if (range is not null)
        {
            steps.Add(new Require(RangeTest.Between(field, range.Low, range.High, range.Negated)));
        }
    }

    private static bool HasOneFamily(object state, Word place, ReadContext context)
    {
        var match = (IprangeMatch)state;
        bool mixed = match is { Source: not null, Destination: not null } && match.Source.Family != match.Destination.Family;
        if (mixed)
        {
            context.Diagnostics.Report(
                ErrorCodes.FamilyConflict, place, "iprange has a range of IPv4 and one of IPv6", "write two ranges of one family");
        }

        return !mixed;
    }
}

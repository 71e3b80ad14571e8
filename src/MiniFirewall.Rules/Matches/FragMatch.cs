using System.Collections.Immutable;
using MiniFirewall.Packets;
using MiniFirewall.Policy;
using MiniFirewall.Policy.Questions;
using MiniFirewall.Rules.Grammar;
using MiniFirewall.Rules.Language;
using MiniFirewall.Rules.Model;
using MiniFirewall.Rules.Values;

namespace MiniFirewall.Rules.Matches;

/// <summary>-m frag: the fragment header (net/ipv6/netfilter/ip6t_frag.c; libip6t_frag.c). IPv6 only.</summary>
public sealed record FragMatch : Match
{
    public static MatchGrammar Grammar { get; } = new("frag", new FragMatch())
    {
        Options =
        [
            Option<FragMatch>.Value<WideRange>(["fragid"], WideRange.Reader("fragment identification"), (m, range, not) => m with { Identifications = range, NotIdentifications = not }, negatable: true),
            Option<FragMatch>.Value<uint>(["fraglen"], NumberReaders.Number("header length", 0, uint.MaxValue), (m, length, not) => m with { Length = length, NotLength = not }, negatable: true),
            Option<FragMatch>.Flag(["fragres"], (m, _) => m with { IsReservedZero = true }),
            Option<FragMatch>.Flag(["fragfirst"], (m, _) => m with { IsFirst = true }),
            Option<FragMatch>.Flag(["fragmore"], (m, _) => m with { HasMore = true }, group: "more"),
            Option<FragMatch>.Flag(["fraglast"], (m, _) => m with { HasMore = false }, group: "more"),
        ],
    };

    public override string Name => "frag";

    public WideRange Identifications { get; init; } = WideRange.All;

    public bool NotIdentifications { get; init; }

    /// <summary>Printed, and looked at by no kernel since 2.6.10: the header always has eight bytes. Null where not given.</summary>
    public uint? Length { get; init; }

    public bool NotLength { get; init; }

    /// <summary>The reserved bits are zero.</summary>
    public bool IsReservedZero { get; init; }

    /// <summary>The offset is zero.</summary>
    public bool IsFirst { get; init; }

    /// <summary>More fragments follow; null where not asked.</summary>
    public bool? HasMore { get; init; }

    public override FamilySet Families => FamilySet.IPv6;

    private bool AsksIdentification => Identifications != WideRange.All || NotIdentifications;

    public override void Print(RuleTextWriter writer)
    {
        writer.Word("-m").Word("frag");
        if (AsksIdentification)
        {
            writer.Not(NotIdentifications).Word("--fragid").Word(Identifications.ToString());
        }

        if (Length is { } length)
        {
            writer.Not(NotLength).Word("--fraglen").Word($"{length}");
        }

        PrintFlags(writer, "--fragres", "--fragfirst", "--fragmore", "--fraglast");
    }

    public override void List(RuleTextWriter writer, ListStyle style)
    {
        // The place of the identification stays, empty, where it is not asked for.
        string not = NotIdentifications ? "!" : "";
        string plural = Identifications.Low == Identifications.High ? "" : "s";
        writer.Word("frag").Word(AsksIdentification ? $"id{plural}:{not}{Identifications}" : "");
        if (Length is { } length)
        {
            writer.Word($"length:{(NotLength ? "!" : "")}{length}");
        }

        PrintFlags(writer, "reserved", "first", "more", "last");
    }

    public override MatchResult Evaluate(Packet packet) => Questions.Evaluate(packet);

    public override void Lower(Family family, ImmutableArray<Step>.Builder steps) => Questions.Lower(steps);

    private HeaderQuestions Questions => new(
        new HeaderUnreadable(IPv6HeaderNumber.Fragment),
        new FragmentHeader(Identifications.Low, Identifications.High, NotIdentifications, IsReservedZero, IsFirst, HasMore));

    private void PrintFlags(RuleTextWriter writer, string reserved, string first, string more, string last)
    {
        PrintFlag(writer, IsReservedZero, reserved);
        PrintFlag(writer, IsFirst, first);
        PrintFlag(writer, HasMore == true, more);
        PrintFlag(writer, HasMore == false, last);
    }

    private static void PrintFlag(RuleTextWriter writer, bool isSet, string word)
    {
        if (isSet)
        {
            writer.Word(word);
        }
    }
}

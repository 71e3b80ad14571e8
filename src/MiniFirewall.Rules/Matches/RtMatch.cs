using System.Collections.Immutable;
using MiniFirewall.Packets;
using MiniFirewall.Policy;
using MiniFirewall.Policy.Questions;
using MiniFirewall.Rules.Diagnostics;
using MiniFirewall.Rules.Grammar;
using MiniFirewall.Rules.Language;
using MiniFirewall.Rules.Model;
using MiniFirewall.Rules.Values;

namespace MiniFirewall.Rules.Matches;

/// <summary>-m rt: the routing header (net/ipv6/netfilter/ip6t_rt.c; libip6t_rt.c). IPv6 only.</summary>
public sealed record RtMatch : Match
{
    public static MatchGrammar Grammar { get; } = new("rt", new RtMatch())
    {
        Options =
        [
            Option<RtMatch>.Value<uint>(["rt-type"], NumberReaders.Number("routing type", 0, uint.MaxValue), (m, type, not) => m with { Type = new AskedNumber(type, not) }, negatable: true),
            Option<RtMatch>.Value<WideRange>(["rt-segsleft"], WideRange.Reader("number of segments"), (m, range, not) => m with { SegmentsLeft = range, NotSegmentsLeft = not }, negatable: true),
            Option<RtMatch>.Value<uint>(["rt-len"], NumberReaders.Number("header length", 0, uint.MaxValue), (m, length, not) => m with { Length = new AskedNumber(length, not) }, negatable: true),
            new OptionSpec(["rt-0-res"], 0, (state, use) => OfTypeZero(state, use, "rt-0-res") is { } m ? m with { IsReservedZero = true } : null),
            new OptionSpec(["rt-0-addrs"], 1, SetAddresses),
            new OptionSpec(["rt-0-not-strict"], 0, SetNotStrict),
        ],
    };

    public override string Name => "rt";

    /// <summary>The routing type; null where not asked. A number above 255 is no header's type.</summary>
    public AskedNumber? Type { get; init; }

    public WideRange SegmentsLeft { get; init; } = WideRange.All;

    public bool NotSegmentsLeft { get; init; }

    /// <summary>The header's bytes; null where not asked.</summary>
    public AskedNumber? Length { get; init; }

    /// <summary>The reserved bytes of a header of type 0 are zero.</summary>
    public bool IsReservedZero { get; init; }

    /// <summary>The addresses of a header of type 0; empty where not asked.</summary>
    public ImmutableArray<UInt128> Addresses { get; init; } = [];

    /// <summary>Other addresses may stand before, between and behind them.</summary>
    public bool IsNotStrict { get; init; }

    public override FamilySet Families => FamilySet.IPv6;

    private bool AsksSegments => SegmentsLeft != WideRange.All || NotSegmentsLeft;

    public bool Equals(RtMatch? other) => other is not null && Type == other.Type && SegmentsLeft == other.SegmentsLeft
        && NotSegmentsLeft == other.NotSegmentsLeft && Length == other.Length && IsReservedZero == other.IsReservedZero
        && IsNotStrict == other.IsNotStrict && Addresses.AsSpan().SequenceEqual(other.Addresses.AsSpan());

    public override int GetHashCode() => HashCode.Combine(Type, SegmentsLeft, NotSegmentsLeft, Length, IsReservedZero, IsNotStrict, Addresses.Length);

    public override void Print(RuleTextWriter writer)
    {
        writer.Word("-m").Word("rt");
        Type?.Print(writer, "--rt-type");
        if (AsksSegments)
        {
            writer.Not(NotSegmentsLeft).Word("--rt-segsleft").Word(SegmentsLeft.ToString());
        }

        Length?.Print(writer, "--rt-len");
        PrintTypeZero(writer, "--rt-0-res", "--rt-0-addrs", "--rt-0-not-strict");
    }

    public override void List(RuleTextWriter writer, ListStyle style)
    {
        writer.Word("rt");
        if (Type is { } type)
        {
            // iptables -L prints it as a signed number.
            writer.Word($"type:{(type.Negated ? "!" : "")}{(int)type.Value}");
        }

        if (AsksSegments)
        {
            writer.Word($"segsleft{(SegmentsLeft.Low == SegmentsLeft.High ? "" : "s")}:{(NotSegmentsLeft ? "!" : "")}{SegmentsLeft}");
        }

        Length?.List(writer, "length");
        PrintTypeZero(writer, "reserved", "0-addrs", "0-not-strict");
    }

    public override MatchResult Evaluate(Packet packet) => Questions.Evaluate(packet);

    public override void Lower(Family family, ImmutableArray<Step>.Builder steps) => Questions.Lower(steps);

    private HeaderQuestions Questions => new(
        new HeaderUnreadable(IPv6HeaderNumber.Routing),
        new RoutingHeader(
            Type?.Test, AsksSegments ? new NumberTest(SegmentsLeft.Low, SegmentsLeft.High, NotSegmentsLeft) : null, Length?.Test,
            IsReservedZero, Addresses, IsNotStrict));

    private void PrintTypeZero(RuleTextWriter writer, string reserved, string addresses, string notStrict)
    {
        if (IsReservedZero)
        {
            writer.Word(reserved);
        }

        if (!Addresses.IsEmpty)
        {
            writer.Word(addresses).Word(RoutingAddressList.Print(Addresses));
        }

        if (IsNotStrict)
        {
            writer.Word(notStrict);
        }
    }

    private static object? SetAddresses(object state, OptionUse use) =>
        OfTypeZero(state, use, "rt-0-addrs") is { } match && RoutingAddressList.Read(use.First, use.Context, out ImmutableArray<UInt128> addresses)
            ? match with { Addresses = addresses }
            : null;

    private static object? SetNotStrict(object state, OptionUse use)
    {
        var match = (RtMatch)state;
        if (match.Addresses.IsEmpty)
        {
            use.Context.Diagnostics.Report(
                ErrorCodes.MissingOption, use.Option, "--rt-0-not-strict needs --rt-0-addrs before it", "write --rt-0-addrs ADDRESS,... first",
                Convention.Usage("`--rt-0-addr ...' required before `--rt-0-not-strict'"));
            return null;
        }

        return match with { IsNotStrict = true };
    }

    /// <summary>The match, where it asks for type 0 already; else null (reported).</summary>
    private static RtMatch? OfTypeZero(object state, OptionUse use, string name)
    {
        var match = (RtMatch)state;
        if (match.Type is { Value: 0, Negated: false })
        {
            return match;
        }

        use.Context.Diagnostics.Words = null;
        use.Context.Diagnostics.Report(
            ErrorCodes.MissingOption, use.Option, $"{use.Option.Text} needs --rt-type 0 before it", "write --rt-type 0 first",
            Convention.Usage($"`--rt-type 0' required before `--{name}'"));
        return null;
    }
}

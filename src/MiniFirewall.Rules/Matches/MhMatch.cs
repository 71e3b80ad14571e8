using System.Collections.Immutable;
using MiniFirewall.Packets;
using MiniFirewall.Policy;
using MiniFirewall.Policy.Questions;
using MiniFirewall.Rules.Grammar;
using MiniFirewall.Rules.Language;
using MiniFirewall.Rules.Model;
using MiniFirewall.Rules.Names;
using MiniFirewall.Rules.Values;

namespace MiniFirewall.Rules.Matches;

/// <summary>-m mh: the type of a Mobile IPv6 message (net/ipv6/netfilter/ip6t_mh.c, mh_mt6; libip6t_mh.c). IPv6 only.</summary>
public sealed record MhMatch(MobilityTypes Types, bool Negated) : Match
{
    // RFC 6275 section 6.1.1: payload protocol, length, type, a reserved byte and the checksum.
    private const int HeaderSize = 6, PayloadProtocolAt = 0, TypeAt = 2;

    public static MatchGrammar Grammar { get; } = new("mh", new MhMatch(MobilityTypes.All, false))
    {
        Protocol = ProtocolNames.MobilityHeader,
        Options =
        [
            Option<MhMatch>.Value<MobilityTypes>(["mh-type"], MobilityTypes.Read, (_, types, not) => new(types, not), negatable: true),
        ],
    };

    public override string Name => "mh";

    public override FamilySet Families => FamilySet.IPv6;

    private bool AsksType => Types != MobilityTypes.All || Negated;

    public override void Print(RuleTextWriter writer)
    {
        writer.Word("-m").Word("mh");
        if (AsksType)
        {
            writer.Not(Negated).Word("--mh-type").Word(Types.ToString());
        }
    }

    public override void List(RuleTextWriter writer, ListStyle style)
    {
        writer.Word("mh");
        if (AsksType)
        {
            writer.Word($"{(Negated ? "!" : "")}{(style.IsNumeric ? Types.ToString() : Types.Describe())}");
        }
    }

    public override MatchResult Evaluate(Packet packet)
    {
        MatchResult header = TransportChecks.Evaluate(packet, HeaderSize);
        if (header != MatchResult.Match)
        {
            return header;
        }

        ReadOnlySpan<byte> message = packet.TransportBytes;
        if (message[PayloadProtocolAt] != IPv6HeaderNumber.NoNextHeader)
        {
            return MatchResult.Invalid;
        }

        return Types.Contains(message[TypeAt]) != Negated ? MatchResult.Match : MatchResult.Miss;
    }

    public override void Lower(Family family, ImmutableArray<Step>.Builder steps)
    {
        TransportChecks.Lower(steps, HeaderSize);
        steps.Add(new DropWhen(new QuestionTest(
            Byte(PayloadProtocolAt, IPv6HeaderNumber.NoNextHeader, IPv6HeaderNumber.NoNextHeader), Negated: true)));
        steps.Add(new Require(new QuestionTest(Byte(TypeAt, Types.Low, Types.High), Negated)));
    }

    private static HeaderNumber Byte(int offset, byte low, byte high) => new(HeaderStart.Transport, offset, 1, byte.MaxValue, low, high);
}

using System.Collections.Immutable;
using MiniFirewall.Packets;
using MiniFirewall.Policy;
using MiniFirewall.Rules.Grammar;
using MiniFirewall.Rules.Language;
using MiniFirewall.Rules.Model;
using MiniFirewall.Rules.Names;

namespace MiniFirewall.Rules.Matches;

/// <summary>-m icmp: type and code of an ICMP message (net/netfilter/xt_tcpudp.c, icmp_match). IPv4 only.</summary>
/// <param name="Type">Type 255 stands for every type and code ("any").</param>
public sealed record IcmpMatch(IcmpType Type, bool Negated) : Match
{
    private const int HeaderSize = 8;
    private const byte AnyType = 255;
    private static readonly IcmpType Any = new(AnyType, 0, 255);

    internal static IReadOnlyList<(string Name, IcmpType Type)> KnownTypes => Names;

    private static readonly (string Name, IcmpType Type)[] Names =
    [
        ("any", Any), ("echo-reply", Whole(0)), ("pong", Whole(0)),
        ("destination-unreachable", Whole(3)), ("network-unreachable", Code(3, 0)), ("host-unreachable", Code(3, 1)),
        ("protocol-unreachable", Code(3, 2)), ("port-unreachable", Code(3, 3)), ("fragmentation-needed", Code(3, 4)),
        ("source-route-failed", Code(3, 5)), ("network-unknown", Code(3, 6)), ("host-unknown", Code(3, 7)),
        ("network-prohibited", Code(3, 9)), ("host-prohibited", Code(3, 10)), ("TOS-network-unreachable", Code(3, 11)),
        ("TOS-host-unreachable", Code(3, 12)), ("communication-prohibited", Code(3, 13)),
        ("host-precedence-violation", Code(3, 14)), ("precedence-cutoff", Code(3, 15)), ("source-quench", Whole(4)),
        ("redirect", Whole(5)), ("network-redirect", Code(5, 0)), ("host-redirect", Code(5, 1)),
        ("TOS-network-redirect", Code(5, 2)), ("TOS-host-redirect", Code(5, 3)), ("echo-request", Whole(8)), ("ping", Whole(8)),
        ("router-advertisement", Whole(9)), ("router-solicitation", Whole(10)), ("time-exceeded", Whole(11)),
        ("ttl-exceeded", Whole(11)), ("ttl-zero-during-transit", Code(11, 0)), ("ttl-zero-during-reassembly", Code(11, 1)),
        ("parameter-problem", Whole(12)), ("ip-header-bad", Code(12, 0)), ("required-option-missing", Code(12, 1)),
        ("timestamp-request", Whole(13)), ("timestamp-reply", Whole(14)), ("address-mask-request", Whole(17)),
        ("address-mask-reply", Whole(18)),
    ];

    public static MatchGrammar Grammar { get; } = new("icmp", new IcmpMatch(Any, false))
    {
        Protocol = ProtocolNames.Icmp,
        OneOf = ["icmp-type"],
        Options =
        [
            Option<IcmpMatch>.Value<IcmpType>(["icmp-type"], IcmpType.Reader("ICMP", Names), (_, type, not) => new(type, not), negatable: true),
        ],
    };

    public override string Name => "icmp";

    public override FamilySet Families => FamilySet.IPv4;

    public override void Print(RuleTextWriter writer) =>
        writer.Word("-m").Word("icmp").Not(Negated).Word("--icmp-type").Word(Type == Any ? "any" : Type.ToString());

    public override void List(RuleTextWriter writer, ListStyle style) => IcmpType.List(writer, "icmp", Names, Type, Negated, style.IsNumeric);

    public override MatchResult Evaluate(Packet packet)
    {
        MatchResult header = TransportChecks.Evaluate(packet, HeaderSize);
        if (header != MatchResult.Match)
        {
            return header;
        }

        bool isType = Type.Type == AnyType || Type.Contains(packet.TransportBytes[0], packet.TransportBytes[1]);
        return isType != Negated ? MatchResult.Match : MatchResult.Miss;
    }

    public override void Lower(Family family, ImmutableArray<Step>.Builder steps)
    {
        TransportChecks.Lower(steps, HeaderSize);
        if (Type.Type != AnyType)
        {
            steps.Add(IcmpLowering.Lower(Type, Negated));
        }
        else if (Negated)
        {
            steps.Add(new Require(new RangeTest(Field.IcmpType, [])));
        }
    }

    private static IcmpType Whole(byte type) => new(type, 0, 255);

    private static IcmpType Code(byte type, byte code) => new(type, code, code);
}

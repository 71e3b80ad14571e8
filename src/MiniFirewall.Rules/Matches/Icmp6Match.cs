using System.Collections.Immutable;
using MiniFirewall.Packets;
using MiniFirewall.Policy;
using MiniFirewall.Rules.Grammar;
using MiniFirewall.Rules.Language;
using MiniFirewall.Rules.Model;
using MiniFirewall.Rules.Names;

namespace MiniFirewall.Rules.Matches;

/// <summary>-m icmp6: type and code of an ICMPv6 message (net/netfilter/xt_tcpudp.c, icmp6_match). IPv6 only.</summary>
public sealed record Icmp6Match(IcmpType Type, bool Negated) : Match
{
    private const int HeaderSize = 8;

    internal static IReadOnlyList<(string Name, IcmpType Type)> KnownTypes => Names;

    private static readonly (string Name, IcmpType Type)[] Names =
    [
        ("destination-unreachable", Whole(1)), ("no-route", Code(1, 0)), ("communication-prohibited", Code(1, 1)),
        ("beyond-scope", Code(1, 2)), ("address-unreachable", Code(1, 3)), ("port-unreachable", Code(1, 4)),
        ("failed-policy", Code(1, 5)), ("reject-route", Code(1, 6)), ("packet-too-big", Whole(2)), ("time-exceeded", Whole(3)),
        ("ttl-exceeded", Whole(3)), ("ttl-zero-during-transit", Code(3, 0)), ("ttl-zero-during-reassembly", Code(3, 1)),
        ("parameter-problem", Whole(4)), ("bad-header", Code(4, 0)), ("unknown-header-type", Code(4, 1)),
        ("unknown-option", Code(4, 2)), ("echo-request", Whole(128)), ("ping", Whole(128)), ("echo-reply", Whole(129)),
        ("pong", Whole(129)), ("mld-listener-query", Whole(130)), ("mld-listener-report", Whole(131)),
        ("mld-listener-done", Whole(132)), ("mld-listener-reduction", Whole(132)), ("router-solicitation", Whole(133)),
        ("router-advertisement", Whole(134)), ("neighbour-solicitation", Whole(135)), ("neighbor-solicitation", Whole(135)),
        ("neighbour-advertisement", Whole(136)), ("neighbor-advertisement", Whole(136)), ("redirect", Whole(137)),
    ];

    /// <summary>The names that iptables shows; it reads those of MLD without showing them.</summary>
    private static readonly (string Name, IcmpType Type)[] ListedNames =
        [.. Names.Where(entry => !entry.Name.StartsWith("mld-", StringComparison.Ordinal))];

    public static MatchGrammar Grammar { get; } = new("icmp6", new Icmp6Match(default, false))
    {
        Aliases = ["icmpv6", "ipv6-icmp"],
        Protocol = ProtocolNames.IcmpV6,
        OneOf = ["icmpv6-type"],
        Options =
        [
            Option<Icmp6Match>.Value<IcmpType>(["icmpv6-type"], IcmpType.Reader("ICMPv6", Names), (_, type, not) => new(type, not), negatable: true),
        ],
    };

    public override string Name => "icmp6";

    public override FamilySet Families => FamilySet.IPv6;

    public override void Print(RuleTextWriter writer) =>
        writer.Word("-m").Word("icmp6").Not(Negated).Word("--icmpv6-type").Word(Type.ToString());

    public override void List(RuleTextWriter writer, ListStyle style) =>
        writer.Word("ipv6-icmp" + Type.ListText(ListedNames, Negated, style.IsNumeric));

    public override MatchResult Evaluate(Packet packet)
    {
        MatchResult header = TransportChecks.Evaluate(packet, HeaderSize);
        if (header != MatchResult.Match)
        {
            return header;
        }

        bool isType = Type.Contains(packet.TransportBytes[0], packet.TransportBytes[1]);
        return isType != Negated ? MatchResult.Match : MatchResult.Miss;
    }

    public override void Lower(Family family, ImmutableArray<Step>.Builder steps)
    {
        TransportChecks.Lower(steps, HeaderSize);
        steps.Add(IcmpLowering.Lower(Type, Negated));
    }

    private static IcmpType Whole(byte type) => new(type, 0, 255);

    private static IcmpType Code(byte type, byte code) => new(type, code, code);
}

using System.Collections.Frozen;
using System.Collections.Immutable;
using MiniFirewall.Rules.Grammar;
using MiniFirewall.Rules.Matches.Connections;
using MiniFirewall.Rules.Matches.Rates;

namespace MiniFirewall.Rules.Matches;

/// <summary>The one list of matches. A new match is a file in this folder and a line here.</summary>
public static class MatchRegistry
{
    public static ImmutableArray<MatchGrammar> All { get; } =
    [
        TcpMatch.Grammar,
        UdpMatch.Grammar,
        IcmpMatch.Grammar,
        Icmp6Match.Grammar,
        MultiportMatch.Grammar,
        IprangeMatch.Grammar,
        CommentMatch.Grammar,
        MarkMatch.Grammar,
        LengthMatch.Grammar,
        TtlMatch.Grammar,
        HlMatch.Grammar,
        SetMatch.Grammar,
        ConntrackMatch.Grammar,
        StateMatch.Grammar,
        ConnmarkMatch.Grammar,
        ConnlabelMatch.Grammar,
        ConnbytesMatch.Grammar,
        ConnlimitMatch.Grammar,
        HelperMatch.Grammar,
        LimitMatch.Grammar,
        HashlimitMatch.Grammar,
        RecentMatch.Grammar,
        QuotaMatch.Grammar,
        StringMatch.Grammar,
        U32Match.Grammar,
        TimeMatch.Grammar,
        StatisticMatch.Grammar,
        BpfMatch.Grammar,
        ClusterMatch.Grammar,
        RateestMatch.Grammar,
        OsfMatch.Grammar,
        IpvsMatch.Grammar,
        NfacctMatch.Grammar,
        FragMatch.Grammar,
        RtMatch.Grammar,
        HbhMatch.Grammar,
        DstMatch.Grammar,
        MhMatch.Grammar,
        Ipv6HeaderMatch.Grammar,
        SrhMatch.Grammar,
        MacMatch.Grammar,
        Eui64Match.Grammar,
        PkttypeMatch.Grammar,
        AddrtypeMatch.Grammar,
        PhysdevMatch.Grammar,
        DevgroupMatch.Grammar,
        OwnerMatch.Grammar,
        CgroupMatch.Grammar,
        CpuMatch.Grammar,
        RealmMatch.Grammar,
        PolicyMatch.Grammar,
        SocketMatch.Grammar,
        RpfilterMatch.Grammar,
        AhMatch.Grammar,
        EspMatch.Grammar,
        IpcompMatch.Grammar,
        SctpMatch.Grammar,
        DccpMatch.Grammar,
        TcpmssMatch.Grammar,
        DscpMatch.Grammar,
        TosMatch.Grammar,
        EcnMatch.Grammar,
    ];

    private static readonly FrozenDictionary<string, MatchGrammar> ByName = All
        .SelectMany(grammar => grammar.Aliases.Prepend(grammar.Name).Select(name => (name, grammar)))
        .ToFrozenDictionary(entry => entry.name, entry => entry.grammar);

    private static readonly FrozenDictionary<byte, MatchGrammar> ByProtocol = All
        .Where(grammar => grammar is { Protocol: not null, IsImplied: true })
        .ToFrozenDictionary(grammar => grammar.Protocol!.Value);

    internal static IEnumerable<string> Names => ByName.Keys;

    /// <summary>The match that -m takes this name for, or null.</summary>
    internal static MatchGrammar? Find(string name) => ByName.GetValueOrDefault(name);

    /// <summary>The match whose options a rule of this protocol may use without -m, or null.</summary>
    internal static MatchGrammar? ImpliedBy(byte protocol) => ByProtocol.GetValueOrDefault(protocol);

    /// <summary>The matches that have an option of exactly this name.</summary>
    internal static IEnumerable<MatchGrammar> WithOption(string option) =>
        All.Where(grammar => grammar.FindOption(option) is not null);
}

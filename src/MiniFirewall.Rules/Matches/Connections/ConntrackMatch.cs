using System.Collections.Immutable;
using MiniFirewall.Packets;
using MiniFirewall.Policy;
using MiniFirewall.Rules.Grammar;
using MiniFirewall.Rules.Language;
using MiniFirewall.Rules.Model;
using MiniFirewall.Rules.Values;

namespace MiniFirewall.Rules.Matches.Connections;

/// <summary>
/// -m conntrack: what connection tracking knows of the packet's connection (net/netfilter/xt_conntrack.c). Null is not asked.
/// </summary>
public sealed record ConntrackMatch : Match
{
    public static MatchGrammar Grammar => ConntrackGrammar.Grammar;

    public override string Name => "conntrack";

    public override bool AsksConnection => true;

    /// <summary>A sum of values of ConnectionWords.States.</summary>
    public Asked<uint>? States { get; init; }

    /// <summary>The connection's protocol.</summary>
    public Asked<byte>? Protocol { get; init; }

    public Asked<HostMask>? OriginalSource { get; init; }

    public Asked<HostMask>? OriginalDestination { get; init; }

    public Asked<HostMask>? ReplySource { get; init; }

    public Asked<HostMask>? ReplyDestination { get; init; }

    public Asked<NumberRange>? OriginalSourcePort { get; init; }

    public Asked<NumberRange>? OriginalDestinationPort { get; init; }

    public Asked<NumberRange>? ReplySourcePort { get; init; }

    public Asked<NumberRange>? ReplyDestinationPort { get; init; }

    /// <summary>A sum of values of ConnectionWords.Statuses; 0 asks for none of them.</summary>
    public Asked<uint>? Statuses { get; init; }

    /// <summary>Seconds that the connection has left.</summary>
    public Asked<LongRange>? Expires { get; init; }

    /// <summary>The packet goes from the connection's second side to its first.</summary>
    public bool? IsReply { get; init; }

    /// <summary>Where a packet has no connection, its state decides alone, if it is asked for (conntrack_mt).</summary>
    public override MatchResult Evaluate(Packet packet)
    {
        if (States is not null && !StateTest.Holds(States.Value, States.Negated, packet))
        {
            return MatchResult.Miss;
        }

        bool holds = packet.Connection is { } connection ? HoldsOf(connection, packet.ConnectionDirection) : States is not null;
        return holds ? MatchResult.Match : MatchResult.Miss;
    }

    public override void Lower(Family family, ImmutableArray<Step>.Builder steps) => ConntrackLowering.Lower(this, steps);

    private bool HoldsOf(PacketConnection connection, ConnectionDirection direction) =>
        (IsReply is null || direction == ConnectionDirection.Reply == IsReply)
        && IsMet(OriginalSource, host => host.Contains(connection.Original.Source))
        && IsMet(OriginalDestination, host => host.Contains(connection.Original.Destination))
        && IsMet(ReplySource, host => host.Contains(connection.Reply.Source))
        && IsMet(ReplyDestination, host => host.Contains(connection.Reply.Destination))
        && IsMet(Protocol, protocol => connection.Protocol == protocol)
        && IsMet(OriginalSourcePort, ports => ports.Contains(connection.Original.SourcePort))
        && IsMet(OriginalDestinationPort, ports => ports.Contains(connection.Original.DestinationPort))
        && IsMet(ReplySourcePort, ports => ports.Contains(connection.Reply.SourcePort))
        && IsMet(ReplyDestinationPort, ports => ports.Contains(connection.Reply.DestinationPort))
        && IsMet(Statuses, statuses => ((uint)connection.Status & statuses) != 0)
        && IsMet(Expires, seconds => seconds.Contains(connection.SecondsLeft));

    private static bool IsMet<T>(Asked<T>? asked, Func<T, bool> holds)
        where T : notnull => asked is null || holds(asked.Value) != asked.Negated;

    public override FamilySet Families => FamilyOf(OriginalSource) & FamilyOf(OriginalDestination) & FamilyOf(ReplySource) & FamilyOf(ReplyDestination);

    public override void Print(RuleTextWriter writer) => Write(writer.Word("-m").Word("conntrack"), "--", isNumeric: true);

    public override void List(RuleTextWriter writer, ListStyle style) => Write(writer, "", style.IsNumeric);

    private static FamilySet FamilyOf(Asked<HostMask>? host) => host?.Value.Family.ToSet() ?? FamilySet.Both;

    private void Write(RuleTextWriter writer, string dashes, bool isNumeric)
    {
        Write(writer, dashes + "ctstate", States, states => NameReaders.Print(ConnectionWords.PrintedStates, states));
        Write(writer, dashes + "ctproto", Protocol, protocol => $"{protocol}");
        Write(writer, dashes + "ctorigsrc", OriginalSource, Show);
        Write(writer, dashes + "ctorigdst", OriginalDestination, Show);
        Write(writer, dashes + "ctreplsrc", ReplySource, Show);
        Write(writer, dashes + "ctrepldst", ReplyDestination, Show);
        Write(writer, dashes + "ctorigsrcport", OriginalSourcePort, ports => ports.ToString());
        Write(writer, dashes + "ctorigdstport", OriginalDestinationPort, ports => ports.ToString());
        Write(writer, dashes + "ctreplsrcport", ReplySourcePort, ports => ports.ToString());
        Write(writer, dashes + "ctrepldstport", ReplyDestinationPort, ports => ports.ToString());
        Write(writer, dashes + "ctstatus", Statuses, statuses => statuses == 0 ? "NONE" : NameReaders.Print(ConnectionWords.Statuses, statuses));
        Write(writer, dashes + "ctexpire", Expires, seconds => seconds.ToString());
        if (IsReply is { } isReply)
        {
            writer.Word(dashes + "ctdir").Word(isReply ? "REPLY" : "ORIGINAL");
        }

        string Show(HostMask host) => !isNumeric && host.Address == 0 ? "anywhere" : host.ToString();
    }

    private static void Write<T>(RuleTextWriter writer, string option, Asked<T>? asked, Func<T, string> print)
        where T : notnull
    {
        if (asked is not null)
        {
            writer.Not(asked.Negated).Word(option).Word(print(asked.Value));
        }
    }
}

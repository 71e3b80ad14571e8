using MiniFirewall.Analysis;
using MiniFirewall.Packets;
using MiniFirewall.Rules.Model;

namespace MiniFirewall.Cli.Safety;

/// <summary>What is said of rules that would lock somebody out: what, by which rule, and what to add.</summary>
internal static class LockoutText
{
    /// <param name="isCertain">Else it is one of several that may be it.</param>
    internal static string OwnSession(SessionCut cut, string force, bool isCertain) => $"""
        these rules would cut {(isCertain ? "the session that you type in" : "a session that may be the one you type in")}, {cut.Session}; nothing has changed
          {Dropped(cut)}
          to keep it, {Place(cut)}: {Rule(cut, withPeer: true)}
          or {force}, which puts them in force all the same
        """;

    internal static string Failsafe(FailsafePort port, SessionCut cut, string force) => $"""
        these rules would close the failsafe port {port}; nothing has changed
          {Dropped(cut)}
          to keep it open, {Place(cut)}: {Rule(cut, withPeer: port.From is not null, port)}
          or {force}, which puts them in force all the same
        """;

    /// <summary>The session goes on, and the next one would not begin.</summary>
    internal static string NoNext(SessionCut cut) => $"""
        the session that you type in goes on, but no new one like it could begin: {(IsIn(cut) ? "what comes in" : "what goes out")} would be dropped by {Decider(cut)}
          to let it, {Place(cut)}: {Rule(cut, withPeer: true)}
        """;

    /// <summary>One connection of many.</summary>
    internal static string Brief(SessionCut cut) => $"{cut.Session} by {Decider(cut)}";

    private static bool IsIn(SessionCut cut) => cut.Packet.Hook == Hook.LocalIn;

    private static string Dropped(SessionCut cut) => $"{(IsIn(cut) ? "what comes in" : "what goes out")} would be dropped by {Decider(cut)}";

    private static string Decider(SessionCut cut) => cut.By switch
    {
        { Rule: { } rule } => $"{At(rule)}-A {cut.By.Chain} {rule}",
        _ => $"the policy of {cut.By.Chain}, for no rule accepts it",
    };

    private static string At(Rule rule) => rule.Span.Line > 0 ? $"{rule.Span.File}:{rule.Span.Line}: " : "";

    private static string Place(SessionCut cut) => cut.By.Rule is null ? "add" : "add before that rule";

    private static string Rule(SessionCut cut, bool withPeer, FailsafePort? port = null)
    {
        SessionEnds session = cut.Session;
        string program = session.Family == Family.IPv4 ? "iptables" : "ip6tables", protocol = session.Protocol == IpProtocol.Tcp ? "tcp" : "udp";
        string chain = IsIn(cut) ? "INPUT" : "OUTPUT";
        string peer = port?.From is { } from ? $"{AddressText.Format(from.Family, from.Address)}/{from.Length}" : AddressText.Format(session.Family, session.Remote);
        string ends = withPeer ? $"{(IsIn(cut) ? "-s" : "-d")} {peer} " : "";
        return $"{program} -A {chain} -p {protocol} {ends}{(IsIn(cut) ? "--dport" : "--sport")} {session.LocalPort} -j ACCEPT";
    }
}

using System.Collections.Immutable;
using MiniFirewall.Packets;
using MiniFirewall.Packets.Building;
using MiniFirewall.Policy;
using MiniFirewall.Rules.Model;

namespace MiniFirewall.Analysis;

/// <summary>
/// Says which connections of this host rules would surely end: those that have no way on, whichever side sends first. What rules ask beside
/// ends, protocol, state and interfaces is not known, so they may match or not, and a connection goes on where one way lets it.
/// </summary>
public sealed class SessionJudge
{
    private const string Loopback = "lo";

    private readonly PossibleVerdicts _verdicts;
    private readonly ImmutableArray<string> _interfaces;
    private readonly ConnectionState _unknown;

    /// <param name="interfaces">The host's interfaces.</param>
    public SessionJudge(RuleSet rules, IEnumerable<string> interfaces)
    {
        ArgumentNullException.ThrowIfNull(rules);
        _verdicts = new(rules);
        _interfaces = InterfaceKinds.Of(rules, interfaces.Where(name => name != Loopback));

        // An ACK of a connection that is not in the table begins one, unless tcp_loose says otherwise.
        _unknown = rules.ConnectionSettings.Any(set => set.Setting.Name == "tcp_loose" && set.Value == 0) ? ConnectionState.Invalid : ConnectionState.New;
    }

    /// <summary>How an open connection would end; null where it goes on.</summary>
    /// <param name="isTracked">It is in the table of connections, and stays there.</param>
    public SessionCut? Judge(SessionEnds session, bool isTracked)
    {
        TcpFlags flags = TcpFlags.Ack;
        if (isTracked)
        {
            return FirstDropped(session, flags, (true, ConnectionState.Established, ConnectionDirection.Original), (false, ConnectionState.Established, ConnectionDirection.Reply))
                is { } cut && FirstDropped(session, flags, (true, ConnectionState.Established, ConnectionDirection.Reply), (false, ConnectionState.Established, ConnectionDirection.Original)) is not null ? cut : null;
        }

        ConnectionState first = session.Protocol == IpProtocol.Tcp ? _unknown : ConnectionState.New;
        ConnectionState next = first == ConnectionState.New ? ConnectionState.Established : first;
        SessionCut? byOther = FirstDropped(
            session, flags, (true, first, ConnectionDirection.Original), (false, next, ConnectionDirection.Reply), (true, next, ConnectionDirection.Original));
        return byOther is null || FirstDropped(
            session, flags, (false, first, ConnectionDirection.Original), (true, next, ConnectionDirection.Reply), (false, next, ConnectionDirection.Original)) is null ? null : byOther;
    }

    /// <summary>How a connection that the other end begins would fail; null where it would not.</summary>
    public SessionCut? JudgeNew(SessionEnds session) =>
        FirstDropped(session, TcpFlags.Syn, (true, ConnectionState.New, ConnectionDirection.Original))
        ?? FirstDropped(session, TcpFlags.Syn | TcpFlags.Ack, (false, ConnectionState.Established, ConnectionDirection.Reply))
        ?? FirstDropped(session, TcpFlags.Ack, (true, ConnectionState.Established, ConnectionDirection.Original));

    private SessionCut? FirstDropped(SessionEnds session, TcpFlags flags, params ReadOnlySpan<(bool IsIn, ConnectionState State, ConnectionDirection Direction)> packets)
    {
        foreach ((bool isIn, ConnectionState state, ConnectionDirection direction) in packets)
        {
            byte[] bytes = BytesOf(session, isIn, flags);
            SessionCut? cut = null;
            foreach (string name in IsLocal(session) ? [Loopback] : _interfaces)
            {
                var packet = new Packet(session.Family, isIn ? Hook.LocalIn : Hook.LocalOut, bytes)
                {
                    InInterface = isIn ? name : "",
                    OutInterface = isIn ? "" : name,
                    ConnectionState = state,
                    ConnectionDirection = state == ConnectionState.Invalid ? ConnectionDirection.None : direction,
                };
                Decision? dropper = _verdicts.Dropper(packet);
                if (dropper is null)
                {
                    cut = null;
                    break;
                }

                cut ??= new(session, packet, dropper);
            }

            if (cut is not null)
            {
                return cut;
            }
        }

        return null;
    }

    private static bool IsLocal(SessionEnds session) => session.Local == session.Remote
        || (session.Family == Family.IPv4 ? session.Remote >> 24 == 127 : session.Remote == 1);

    private static byte[] BytesOf(SessionEnds session, bool isIn, TcpFlags flags)
    {
        (UInt128 from, ushort fromPort, UInt128 to, ushort toPort) = isIn
            ? (session.Remote, session.RemotePort, session.Local, session.LocalPort)
            : (session.Local, session.LocalPort, session.Remote, session.RemotePort);
        Transport transport = session.Protocol == IpProtocol.Tcp ? new TcpSegment(fromPort, toPort) { Flags = flags } : new UdpDatagram(fromPort, toPort);
        return session.Family == Family.IPv4 ? new IPv4Header((uint)from, (uint)to).Carry(transport) : new IPv6Header(from, to).Carry(transport);
    }
}

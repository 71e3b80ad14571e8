using System.Diagnostics;
using MiniFirewall.Analysis;
using MiniFirewall.Engine;
using MiniFirewall.Engine.Connections;
using MiniFirewall.Engine.Sockets;
using MiniFirewall.Packets;
using MiniFirewall.Rules.Model;

namespace MiniFirewall.Cli.Safety;

/// <summary>
/// Judges the open connections of this network namespace by a rule set before it is in force. Rules that would cut the session that one types
/// in, or close a failsafe port, are refused; other connections that would end are told of.
/// </summary>
internal sealed class LockoutCheck
{
    /// <summary>The environment variable that says --force where a command line has no room for it.</summary>
    internal const string Variable = "MINIFW_FORCE";

    /// <summary>How a command of iptables is forced, for messages.</summary>
    internal const string ForcedByEnvironment = $"{Variable}=1 in front of the command";

    private const int Told = 3;

    /// <summary>So long connections are judged that are told of and refuse nothing: thousands of them by long lists would take many seconds.</summary>
    private static readonly TimeSpan s_telling = TimeSpan.FromSeconds(1);

    private readonly FirewallEngine _engine;
    private readonly IReadOnlyList<OpenSocket> _open = OpenSocket.ReadAll();

    /// <summary>The session that one types in; several where any of them may be it.</summary>
    private readonly IReadOnlyList<OpenSocket> _own;

    internal LockoutCheck(FirewallEngine engine)
    {
        _engine = engine;
        _own = RemoteSession.Find(_open);
    }

    /// <summary>Whether the environment asks for no check.</summary>
    internal static bool IsForced => Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } and not "0";

    /// <summary>Somebody types from elsewhere into this namespace.</summary>
    internal bool IsRemote => _own.Count > 0;

    /// <param name="force">How the user overrides it, for messages.</param>
    /// <param name="tells">Say which other connections would end.</param>
    /// <exception cref="FirewallException">The rules are refused.</exception>
    internal void Run(RuleSet rules, string force, bool tells = true)
    {
        IReadOnlyList<FailsafePort> failsafe = FailsafeFile.Read();
        if (!IsRemote && failsafe.Count == 0 && (!tells || _open.Count == 0))
        {
            return;
        }

        var judge = new SessionJudge(rules, OwnAddresses.ReadInterfaces());
        HashSet<SessionEnds> tracked = rules.AsksConnection ? Tracked() : [];
        if (CutsOf(judge, _own, tracked).FirstOrDefault() is { } cut)
        {
            throw new FirewallException(FirewallFailure.Refused, LockoutText.OwnSession(cut, force, isCertain: _own.Count == 1));
        }

        foreach (FailsafePort port in failsafe)
        {
            if (new FailsafeCheck(judge, rules).Closes(port) is { } closed)
            {
                throw new FirewallException(FirewallFailure.Refused, LockoutText.Failsafe(port, closed, force));
            }
        }

        if (tells)
        {
            Tell(judge, tracked);
            TellOfNext(judge);
        }
    }

    private static IEnumerable<SessionCut> CutsOf(SessionJudge judge, IEnumerable<OpenSocket> sockets, HashSet<SessionEnds> tracked) =>
        sockets.Select(EndsOf).Distinct().Select(ends => judge.Judge(ends, tracked.Contains(ends))).OfType<SessionCut>();

    /// <summary>Whoever logs out finds the door closed where only connections that are there may go on.</summary>
    private void TellOfNext(SessionJudge judge)
    {
        if (_own.Select(socket => judge.JudgeNew(EndsOf(socket))).FirstOrDefault(cut => cut is not null) is { } closed)
        {
            Console.Error.WriteLine($"minifw: warning: {LockoutText.NoNext(closed)}");
        }
    }

    private void Tell(SessionJudge judge, HashSet<SessionEnds> tracked)
    {
        long begun = Stopwatch.GetTimestamp();
        bool isAll = true;
        SessionCut[] cuts = [.. CutsOf(judge, _open.Except(_own).TakeWhile(_ => isAll = Stopwatch.GetElapsedTime(begun) < s_telling), tracked)];
        if (cuts.Length > 0)
        {
            string more = cuts.Length > Told ? $", and {cuts.Length - Told} more" : "";
            Console.Error.WriteLine(
                $"minifw: warning: {(isAll ? "" : "at least ")}{cuts.Length} open {(cuts.Length == 1 ? "connection" : "connections")} of this host will end: {string.Join("; ", cuts.Take(Told).Select(LockoutText.Brief))}{more}");
        }
    }

    /// <summary>Connections that the rules in force know; the new ones get them.</summary>
    private HashSet<SessionEnds> Tracked()
    {
        HashSet<SessionEnds> tracked = [];
        using LiveConnections? connections = Environment.IsPrivilegedProcess ? _engine.OpenConnections() : null;
        if (connections is null)
        {
            return tracked;
        }

        ConnectionWalk walk = connections.Walk();
        while (walk.MoveNext())
        {
            ref readonly Connection connection = ref walk.Current;
            if (connection.Protocol is IpProtocol.Tcp or IpProtocol.Udp && connection.IsReplied)
            {
                tracked.Add(new(connection.Family, connection.Protocol, connection.Source, connection.SourcePort, connection.Destination, connection.DestinationPort));
                tracked.Add(new(connection.Family, connection.Protocol, connection.Destination, connection.DestinationPort, connection.Source, connection.SourcePort));
            }
        }

        return tracked;
    }

    private static SessionEnds EndsOf(OpenSocket socket) => new(socket.Family, socket.Protocol, socket.Local, socket.LocalPort, socket.Remote, socket.RemotePort);
}

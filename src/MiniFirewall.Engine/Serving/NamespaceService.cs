using MiniFirewall.Engine.Handing;
using MiniFirewall.Engine.Home;
using MiniFirewall.Engine.Names;
using MiniFirewall.Engine.Names.Passing;
using MiniFirewall.Engine.Rejecting;
using MiniFirewall.Sys.Namespaces;

namespace MiniFirewall.Engine.Serving;

/// <summary>What a service has done for a namespace.</summary>
public sealed record ServiceTally(AnswerTally Answers, HandingTally Packets);

/// <summary>
/// What BPF programs cannot do for the rules of a namespace: answers to what they reject, packets to netlink groups, host names kept true.
/// </summary>
internal sealed class NamespaceService : IDisposable
{
    private static readonly TimeSpan Collecting = TimeSpan.FromMinutes(1);

    private readonly string _root;
    private readonly NetworkNamespace _network;
    private readonly HomeMount _home;
    private readonly RejectWatch _watch;
    private readonly RejectService _rejects;
    private readonly HandingService _packets;
    private readonly NameService _names;
    private readonly AnswerService _answers;

    private NamespaceService(string root, HomeMount home, NetworkNamespace network, RejectWatch watch, TokenRate rate, NameService names, AnswerService answers)
    {
        _root = root;
        _network = network;
        _home = home;
        _watch = watch;
        _rejects = new RejectService(home, network, rate);
        _packets = new HandingService(home, network);
        _names = names;
        _answers = answers;
        Running = new RunningService(names, () => Math.Min(_rejects.TurnedAt, _packets.TurnedAt), home, network);
    }

    internal RunningService Running { get; }

    /// <param name="names">Belongs to the service from here on.</param>
    /// <exception cref="FirewallException">Somebody else does it already.</exception>
    internal static NamespaceService Open(string root, NetworkNamespace network, TokenRate rate, NameService names, AnswerService answers)
    {
        HomeMount home = HomeMount.OpenOrMount(root);
        RejectWatch? watch = null;
        try
        {
            watch = RejectWatch.TryStart(home, network)
                ?? throw new FirewallException(FirewallFailure.Refused, "another process answers this namespace's rejected packets");
            return new NamespaceService(root, home, network, watch, rate, names, answers);
        }
        catch
        {
            watch?.Dispose();
            home.DisposeAndUnmountWhereEmpty();
            names.Dispose();
            throw;
        }
    }

    /// <summary>Each work has a thread of its own, which is in the calling thread's namespace; what fails on one ends all.</summary>
    internal ServiceTally Run(CancellationToken stop)
    {
        AnswerTally? answers = null;
        HandingTally? packets = null;
        Together.Run(stop, token => answers = _rejects.Run(token), token => packets = _packets.Run(token), _names.Run, _answers.Run, Collect);
        return new ServiceTally(answers!, packets!);
    }

    /// <summary>Removes what killed writers, and namespaces that are gone, have left; as far as its capabilities let it see who holds them.</summary>
    private void Collect(CancellationToken stop)
    {
        do
        {
            try
            {
                using WriterSession? session = WriterSession.TryOpenExisting(_root, _network, TimeSpan.Zero);
                session?.Collect();
            }
            catch (Exception error) when (error is FirewallException or Sys.SystemCallException)
            {
                // A writer is at work, or something of another namespace is out of reach: the next writer collects as well.
            }
        }
        while (!stop.WaitHandle.WaitOne(Collecting));
    }

    public void Dispose()
    {
        _names.Dispose();
        _packets.Dispose();
        _rejects.Dispose();
        _home.Home.Remove(ControlSocket.NameOf(_network));
        _watch.Dispose();
        _home.DisposeAndUnmountWhereEmpty();
    }
}

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
    private readonly HomeMount _home;
    private readonly RejectWatch _watch;
    private readonly RejectService _rejects;
    private readonly HandingService _packets;
    private readonly NameService _names;
    private readonly AnswerService _answers;

    private NamespaceService(HomeMount home, NetworkNamespace network, RejectWatch watch, TokenRate rate, NameService names, AnswerService answers)
    {
        _home = home;
        _watch = watch;
        _rejects = new RejectService(home, network, rate);
        _packets = new HandingService(home, network);
        _names = names;
        _answers = answers;
        Running = new RunningService(names);
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
            return new NamespaceService(home, network, watch, rate, names, answers);
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
        Together.Run(stop, token => answers = _rejects.Run(token), token => packets = _packets.Run(token), _names.Run, _answers.Run);
        return new ServiceTally(answers!, packets!);
    }

    public void Dispose()
    {
        _names.Dispose();
        _packets.Dispose();
        _rejects.Dispose();
        _watch.Dispose();
        _home.DisposeAndUnmountWhereEmpty();
    }
}

using System.Runtime.ExceptionServices;
using MiniFirewall.Engine.Handing;
using MiniFirewall.Engine.Home;
using MiniFirewall.Engine.Rejecting;
using MiniFirewall.Sys.Namespaces;

namespace MiniFirewall.Engine.Serving;

/// <summary>What a service has done for a namespace.</summary>
public sealed record ServiceTally(AnswerTally Answers, HandingTally Packets);

/// <summary>What BPF programs cannot do for the rules of a namespace: answers to what they reject, packets to netlink groups.</summary>
internal sealed class NamespaceService : IDisposable
{
    private readonly HomeMount _home;
    private readonly RejectWatch _watch;
    private readonly RejectService _rejects;
    private readonly HandingService _packets;

    private NamespaceService(HomeMount home, NetworkNamespace network, RejectWatch watch, TokenRate rate)
    {
        _home = home;
        _watch = watch;
        _rejects = new RejectService(home, network, rate);
        _packets = new HandingService(home, network);
    }

    /// <exception cref="FirewallException">Somebody else does it already.</exception>
    internal static NamespaceService Open(string root, NetworkNamespace network, TokenRate rate)
    {
        HomeMount home = HomeMount.OpenOrMount(root);
        RejectWatch? watch = null;
        try
        {
            watch = RejectWatch.TryStart(home, network)
                ?? throw new FirewallException(FirewallFailure.Refused, "another process answers this namespace's rejected packets");
            return new NamespaceService(home, network, watch, rate);
        }
        catch
        {
            watch?.Dispose();
            home.DisposeAndUnmountWhereEmpty();
            throw;
        }
    }

    /// <summary>Each buffer has a thread of its own, which is in the calling thread's namespace; what fails on one ends both.</summary>
    internal ServiceTally Run(CancellationToken stop)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stop);
        HandingTally? packets = null;
        Exception? failure = null;
        var thread = new Thread(() =>
        {
            try
            {
                packets = _packets.Run(either.Token);
            }
            catch (Exception e)
            {
                failure = e;
                either.Cancel();
            }
        });
        thread.Start();
        try
        {
            AnswerTally answers = _rejects.Run(either.Token);
            thread.Join();
            if (failure is not null)
            {
                ExceptionDispatchInfo.Throw(failure);
            }

            return new ServiceTally(answers, packets!);
        }
        finally
        {
            either.Cancel();
            thread.Join();
        }
    }

    public void Dispose()
    {
        _packets.Dispose();
        _rejects.Dispose();
        _watch.Dispose();
        _home.DisposeAndUnmountWhereEmpty();
    }
}

using MiniFirewall.Compiler;
using MiniFirewall.Engine.Home;
using MiniFirewall.Sys.Namespaces;

namespace MiniFirewall.Engine.Rejecting;

/// <summary>
/// Answers the rejected packets of one namespace, through rule sets that come and go. It decides nothing: packets are dropped by
/// the programs whether it lives or not.
/// </summary>
internal sealed class RejectService : IDisposable
{
    /// <summary>How often it says that it reads, and looks whether rules are in force.</summary>
    private static readonly TimeSpan Turn = TimeSpan.FromMilliseconds(200);

    /// <summary>Under a flood: what came in meanwhile is thrown away unread but for a buffer's worth.</summary>
    private static readonly TimeSpan FloodPause = TimeSpan.FromMilliseconds(5);

    private readonly HomeMount _home;
    private readonly NetworkNamespace _network;
    private readonly RejectWatch _watch;
    private readonly AnswerRate _rate;
    private readonly AnswerSender _sender = new();
    private readonly AnswerBuilder _builder = new(AnswerSender.DefaultTtl, AnswerSender.DefaultHopLimit, AnswerSender.SourceFor);
    private long _sent, _unanswerable, _overRate, _failed;

    private RejectService(HomeMount home, NetworkNamespace network, RejectWatch watch, AnswerRate rate)
    {
        _home = home;
        _network = network;
        _watch = watch;
        _rate = rate;
    }

    /// <exception cref="FirewallException">Somebody else answers already.</exception>
    internal static RejectService Open(string root, NetworkNamespace network, AnswerRate rate)
    {
        HomeMount home = HomeMount.OpenOrMount(root);
        RejectWatch? watch = null;
        try
        {
            watch = RejectWatch.TryStart(home, network)
                ?? throw new FirewallException(FirewallFailure.Refused, "another process answers this namespace's rejected packets");
            return new RejectService(home, network, watch, rate);
        }
        catch
        {
            watch?.Dispose();
            home.DisposeAndUnmountWhereEmpty();
            throw;
        }
    }

    internal AnswerTally Run(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            using RejectReader? reader = RejectReader.TryOpen(_home, _network);
            if (reader is null)
            {
                stop.WaitHandle.WaitOne(Turn);
                continue;
            }

            while (reader.IsLive && !stop.IsCancellationRequested)
            {
                long overRate = _overRate;
                reader.Read(Turn, Answer);
                if (_overRate != overRate)
                {
                    stop.WaitHandle.WaitOne(FloodPause);
                }
            }
        }

        return new AnswerTally(_sent, _unanswerable, _overRate, _failed);
    }

    public void Dispose()
    {
        _sender.Dispose();
        _watch.Dispose();
        _home.DisposeAndUnmountWhereEmpty();
    }

    private void Answer(RejectRecord record)
    {
        if (_builder.Build(record) is not { } answer)
        {
            _unanswerable++;
        }
        else if (!_rate.TryTake())
        {
            _overRate++;
        }
        else if (_sender.TrySend(answer))
        {
            _sent++;
        }
        else
        {
            _failed++;
        }
    }
}

using MiniFirewall.Engine;

namespace MiniFirewall.Cli.Logging.Shipping;

/// <summary>Sends a namespace's events where they are wanted, through rule sets that come and go, on a thread of its own.</summary>
internal sealed class EventShipping : IDisposable
{
    private static readonly TimeSpan Turn = TimeSpan.FromMilliseconds(200);

    private readonly FirewallEngine _engine;
    private readonly RatedEventWriter _writer;
    private readonly bool _withDrops;
    private readonly CancellationTokenSource _stop = new();
    private readonly Thread _thread;
    private readonly Action _onFailure;
    private bool _hasWaited;

    /// <param name="withDrops">Dropped packets too, not only those that rules log.</param>
    /// <param name="onFailure">Called where it cannot go on; <see cref="Failure"/> is why.</param>
    internal EventShipping(FirewallEngine engine, RatedEventWriter writer, bool withDrops, Action onFailure)
    {
        _engine = engine;
        _writer = writer;
        _withDrops = withDrops;
        _onFailure = onFailure;

        // A new thread is in the namespace of the one that starts it.
        _thread = new Thread(Run);
        _thread.Start();
    }

    internal Exception? Failure { get; private set; }

    /// <summary>Ends it, when what there is has been sent.</summary>
    public void Dispose()
    {
        _stop.Cancel();
        _thread.Join();
        _stop.Dispose();
    }

    private void Run()
    {
        try
        {
            while (!_stop.IsCancellationRequested)
            {
                Ship();
            }
        }
        catch (Exception error)
        {
            Failure = error;
            _onFailure();
        }
    }

    private void Ship()
    {
        using EventReader? events = TryOpen();
        if (events is null)
        {
            _stop.Token.WaitHandle.WaitOne(Turn);
            return;
        }

        new EventLog(_engine, events, _writer).Print(follow: true, _stop.Token);
    }

    /// <summary>Null where there are no rules, or where somebody else reads: it is waited for.</summary>
    private EventReader? TryOpen()
    {
        try
        {
            EventReader? events = _engine.OpenEvents(_withDrops);
            _hasWaited = false;
            return events;
        }
        catch (FirewallException taken) when (taken.Failure == FirewallFailure.Refused)
        {
            if (!_hasWaited)
            {
                Console.Error.WriteLine($"minifw: {taken.Message}; waiting for it to end");
            }

            _hasWaited = true;
            return null;
        }
    }
}

using System.Collections.Concurrent;
using MiniFirewall.Engine.Home;
using MiniFirewall.Engine.State;
using MiniFirewall.Sys.Namespaces;

namespace MiniFirewall.Engine.Names;

/// <summary>
/// Keeps the host names of a namespace's rules true as long as it runs, through rule sets that come and go: asks for each when its time
/// has come, and takes what answers that pass by say. Rules hold whether it runs or not, with the addresses that were known last.
/// </summary>
internal sealed class NameService(EngineParts parts, NetworkNamespace network, NameKeeper keeper, Action<string> complain) : IDisposable
{
    /// <summary>How often it looks whether there is something to do.</summary>
    private static readonly TimeSpan Turn = TimeSpan.FromSeconds(1);

    /// <summary>How often addresses that only connections hold are looked at, in seconds.</summary>
    private const int HeldPause = 10;

    /// <summary>What waits to be taken at most; what comes beyond is forgotten.</summary>
    private const int MostLearnt = 4096;

    private readonly ConcurrentQueue<LearntAddress> _learnt = new();
    private readonly AutoResetEvent _hasWork = new(false);
    private volatile bool _isAskedForAll;
    private ulong _generation;
    private NameBook? _book;
    private string[] _named = [];
    private long _prunedAt;
    private string _complaint = "";

    /// <summary>What is known of the names; null where no rules are in force.</summary>
    internal NameBook? Book => Volatile.Read(ref _book);

    /// <summary>The names themselves, patterns among them. On any thread.</summary>
    internal IReadOnlyCollection<string> Named => Volatile.Read(ref _named);

    /// <summary>Asks for all names at the next turn, which comes now. On any thread.</summary>
    internal void AskForAll()
    {
        _isAskedForAll = true;
        _hasWork.Set();
    }

    /// <summary>Hands over addresses that an answer had. On any thread.</summary>
    internal void Learn(IEnumerable<LearntAddress> addresses)
    {
        foreach (LearntAddress address in addresses.Take(MostLearnt - Math.Min(MostLearnt, _learnt.Count)))
        {
            _learnt.Enqueue(address);
        }

        _hasWork.Set();
    }

    internal void Run(CancellationToken stop)
    {
        WaitHandle[] wakes = [_hasWork, stop.WaitHandle];
        while (!stop.IsCancellationRequested)
        {
            try
            {
                Work();
                _complaint = "";
            }
            catch (Exception error) when (error is FirewallException or IOException or Sys.SystemCallException)
            {
                // Another writer, or no memory: the next turn tries again. Said once.
                if (error.Message != _complaint)
                {
                    complain($"names: {error.Message}");
                    _complaint = error.Message;
                }

                stop.WaitHandle.WaitOne(Turn);
            }

            WaitHandle.WaitAny(wakes, Turn);
        }
    }

    public void Dispose() => _hasWork.Dispose();

    private void Work()
    {
        ulong generation = GenerationNow();
        if (generation != _generation || generation == 0)
        {
            // The first turn with new rules asks for what they were loaded without, and whose time has come.
            Remember(generation == 0 ? null : keeper.Read());
            _generation = generation;
        }

        if (_book is null || !_book.Names.Any())
        {
            _learnt.Clear();
            return;
        }

        long now = parts.Clock();
        bool isAsked = _isAskedForAll;
        _isAskedForAll = false;
        List<LearntAddress> learnt = [];
        while (_learnt.TryDequeue(out LearntAddress address))
        {
            learnt.Add(address);
        }

        bool isDue = isAsked || learnt.Count > 0 || _book.Names.Any(name => !name.IsPattern && name.Next <= now);
        bool isOver = now >= _prunedAt + HeldPause && _book.Names.Any(name => name.Addresses.Any(address => NameHistory.IsOver(address, now)));
        if (isDue || isOver)
        {
            _prunedAt = now;
            Remember(keeper.Refresh(name => isAsked || name.Next <= now, learnt));
        }
    }

    private void Remember(NameBook? book)
    {
        Volatile.Write(ref _book, book);
        Volatile.Write(ref _named, [.. book?.Names.Select(name => name.Name) ?? []]);
    }

    private ulong GenerationNow()
    {
        using HomeMount? home = HomeMount.TryOpen(parts.Root);
        using NamespaceState? state = home is null ? null : NamespaceState.TryOpen(home.Pins, network);
        return state?.Control.Generation ?? 0;
    }
}

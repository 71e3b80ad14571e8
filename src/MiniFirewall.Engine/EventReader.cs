using MiniFirewall.Bpf;
using MiniFirewall.Compiler;
using MiniFirewall.Engine.Commit;
using MiniFirewall.Engine.Home;
using MiniFirewall.Engine.State;
using MiniFirewall.Sys.Namespaces;

namespace MiniFirewall.Engine;

/// <summary>
/// Reads a namespace's events: of rules that log always, of dropped packets, where they are wanted, while this object lives. There is
/// one reader at a time. Not thread-safe.
/// </summary>
public sealed class EventReader : IDisposable
{
    private readonly HomeMount _home;
    private readonly NamespaceState _state;
    private readonly EventWatch _watch;
    private readonly RingBufferReader _events;
    private readonly BpfMap _map;
    private readonly Queue<EventRecord> _taken = new();
    private readonly ulong _lostBefore;

    private EventReader(HomeMount home, NamespaceState state, EventWatch watch, BpfMap map)
    {
        _home = home;
        _state = state;
        _watch = watch;
        _map = map;
        _events = new RingBufferReader(map);
        _lostBefore = state.Control.LostEvents;
    }

    /// <summary>Events that found the buffer full since this object was made.</summary>
    public ulong Lost => _state.Control.LostEvents - _lostBefore;

    /// <summary>False once the rules were taken away: no more events come, and rules that are applied later have a reader of their own.</summary>
    public bool IsLive
    {
        get
        {
            using BpfMap? control = _state.Control.Generation == 0 ? null : BpfMap.TryOpen(_state.Directory.PathOf(PinNames.Control));
            return control is not null;
        }
    }

    /// <summary>The next event, waited for as long as <paramref name="timeout"/>; null where none came.</summary>
    public EventRecord? Read(TimeSpan timeout) => Refusals.Explained(() =>
    {
        if (_taken.Count == 0 && Take() == 0 && _events.Wait(timeout))
        {
            Take();
        }

        return _taken.TryDequeue(out EventRecord? record) ? record : null;
    });

    public void Dispose()
    {
        _events.Dispose();
        _map.Dispose();
        _watch.Dispose();
        _state.Dispose();
        _home.DisposeAndUnmountWhereEmpty();
    }

    private int Take() => _events.Drain(record => _taken.Enqueue(EventRecord.Parse(record)));

    /// <summary>Null where no rules are in force.</summary>
    /// <exception cref="FirewallException">Somebody else reads the events.</exception>
    internal static EventReader? TryOpen(string root, NetworkNamespace network, bool withDrops)
    {
        var opened = new Stack<IDisposable>();
        try
        {
            return TryOpen(root, network, withDrops, opened);
        }
        finally
        {
            while (opened.TryPop(out IDisposable? item))
            {
                item.Dispose();
            }
        }
    }

    private static EventReader? TryOpen(string root, NetworkNamespace network, bool withDrops, Stack<IDisposable> opened)
    {
        HomeMount? home = HomeMount.TryOpen(root);
        if (home is null)
        {
            return null;
        }

        opened.Push(home);
        NamespaceState? state = NamespaceState.TryOpen(home.Pins, network);
        if (state is null)
        {
            return null;
        }

        opened.Push(state);
        if (state.Control.Generation == 0)
        {
            return null;
        }

        EventWatch watch = EventWatch.TryStart(home, network, state.Control, withDrops)
            ?? throw new FirewallException(FirewallFailure.Refused, "another process reads this namespace's events (minifw log, or minifw serve --log)");
        opened.Push(watch);
        BpfMap map = SharedObjects.OpenMap(state.Directory, PinNames.Events);
        opened.Push(map);
        var reader = new EventReader(home, state, watch, map);
        opened.Clear();
        return reader;
    }
}

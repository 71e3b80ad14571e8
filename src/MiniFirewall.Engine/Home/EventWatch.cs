using MiniFirewall.Engine.State;
using MiniFirewall.Sys.Files;
using MiniFirewall.Sys.Namespaces;

namespace MiniFirewall.Engine.Home;

/// <summary>
/// The right to read a namespace's events: a ring buffer has one reader. While it is held, dropped packets send events too where its
/// holder wants them.
/// The word that asks for those stays behind when a watcher is killed, the lock does not: so the lock tells.
/// </summary>
internal sealed class EventWatch : IDisposable
{
    private readonly FileLock _lock;
    private readonly ControlWords _control;

    private EventWatch(FileLock taken, ControlWords control, bool withDrops)
    {
        _lock = taken;
        _control = control;
        _control.Watched = withDrops;
    }

    /// <summary>Starts to watch; null where somebody watches already.</summary>
    /// <param name="control">Must live as long as the watch.</param>
    internal static EventWatch? TryStart(HomeMount home, NetworkNamespace network, ControlWords control, bool withDrops) =>
        FileLock.TryTake(home.Home, LockName(network), TimeSpan.Zero) is { } taken ? new(taken, control, withDrops) : null;

    /// <summary>Ends the watch of a watcher that was killed.</summary>
    internal static void EndWhereAbandoned(HomeMount home, NetworkNamespace network)
    {
        if (!home.Home.Contains(LockName(network)))
        {
            return;
        }

        using FileLock? taken = FileLock.TryTake(home.Home, LockName(network), TimeSpan.Zero);
        if (taken is not null)
        {
            using NamespaceState? state = NamespaceState.TryOpen(home.Pins, network);
            if (state is not null)
            {
                state.Control.Watched = false;
            }

            taken.RemoveFile();
        }
    }

    internal static string LockName(NetworkNamespace network) => $"watch-{network.Name}";

    public void Dispose()
    {
        _control.Watched = false;
        _lock.RemoveFile();
        _lock.Dispose();
    }
}

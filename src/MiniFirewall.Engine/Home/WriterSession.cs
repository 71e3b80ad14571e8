using MiniFirewall.Engine.State;
using MiniFirewall.Sys;
using MiniFirewall.Sys.Files;
using MiniFirewall.Sys.Namespaces;

namespace MiniFirewall.Engine.Home;

/// <summary>
/// The right to write a network namespace's state: its lock is held, and what earlier writers left behind has been
/// collected. On its end the lock file and the mount go where no state needs them.
/// </summary>
internal sealed class WriterSession : IDisposable
{
    private readonly HomeMount _home;
    private readonly FileLock _lock;
    private readonly NetworkNamespace _network;

    private WriterSession(HomeMount home, FileLock taken, NetworkNamespace network)
    {
        _home = home;
        _lock = taken;
        _network = network;
    }

    /// <summary>Ordinary files.</summary>
    internal DirectoryHandle Home => _home.Home;

    /// <summary>The bpffs.</summary>
    internal DirectoryHandle Pins => _home.Pins;

    /// <summary>Waits for the lock; mounts the home where it is missing.</summary>
    internal static WriterSession Open(string root, NetworkNamespace network, TimeSpan? timeout) =>
        Open(HomeMount.OpenOrMount(root), network, timeout);

    /// <summary>Waits for the lock; null where no home is mounted, so that there is nothing to write.</summary>
    internal static WriterSession? TryOpenExisting(string root, NetworkNamespace network, TimeSpan? timeout) =>
        HomeMount.TryOpen(root) is { } home ? Open(home, network, timeout) : null;

    /// <summary>Removes what failed or killed writers have left behind.</summary>
    internal void Collect()
    {
        CollectOwn();
        EventWatch.EndWhereAbandoned(_home, _network);
        NamespaceCollector.Collect(_home, _network);
    }

    /// <summary>As <see cref="Collect"/>, in this namespace alone, which is what a writer needs.</summary>
    internal void CollectOwn() => Leftovers.Collect(Pins, _network.Name);

    /// <summary>Removes what a writer that fails has made so far. What cannot be removed now, the next writer removes.</summary>
    internal void TryUndo()
    {
        try
        {
            Leftovers.Collect(Pins, _network.Name);
        }
        catch (SystemCallException)
        {
        }
    }

    public void Dispose()
    {
        if (!Pins.Contains(_network.Name))
        {
            _lock.RemoveFile();
        }

        _lock.Dispose();
        _home.DisposeAndUnmountWhereEmpty();
    }

    private static WriterSession Open(HomeMount home, NetworkNamespace network, TimeSpan? timeout)
    {
        try
        {
            FileLock taken = FileLock.TryTake(home.Home, LockName(network), timeout)
                ?? throw new FirewallException(FirewallFailure.Busy, $"another minifw has been changing the rules for {timeout!.Value.TotalSeconds:0.#} s");
            return new(home, taken, network);
        }
        catch
        {
            home.Dispose();
            throw;
        }
    }

    internal static string LockName(NetworkNamespace network) => $"lock-{network.Name}";
}

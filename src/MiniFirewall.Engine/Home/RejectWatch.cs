using MiniFirewall.Engine.Serving;
using MiniFirewall.Sys.Files;
using MiniFirewall.Sys.Namespaces;

namespace MiniFirewall.Engine.Home;

/// <summary>The right to answer a namespace's rejected packets: a ring buffer has one reader. It ends with its holder, however that ends.</summary>
internal sealed class RejectWatch : IDisposable
{
    private const string Prefix = "reject-";

    private readonly FileLock _lock;

    private RejectWatch(FileLock taken) => _lock = taken;

    /// <summary>Null where somebody answers already.</summary>
    internal static RejectWatch? TryStart(HomeMount home, NetworkNamespace network) =>
        FileLock.TryTake(home.Home, LockName(network), TimeSpan.Zero) is { } taken ? new(taken) : null;

    /// <summary>Whether a service runs, whatever its namespace.</summary>
    internal static bool IsAnyAtWork(DirectoryHandle home) => home.Entries().Where(name => name.StartsWith(Prefix, StringComparison.Ordinal)).Any(name =>
    {
        using FileLock? taken = FileLock.TryTake(home, name, TimeSpan.Zero);
        return taken is null;
    });

    /// <summary>Removes the files of a service that was killed.</summary>
    internal static void EndWhereAbandoned(DirectoryHandle home, NetworkNamespace network)
    {
        using FileLock? taken = home.Contains(LockName(network)) ? FileLock.TryTake(home, LockName(network), TimeSpan.Zero) : null;
        if (taken is not null)
        {
            home.Remove(ControlSocket.NameOf(network));
            taken.RemoveFile();
        }
    }

    internal static string LockName(NetworkNamespace network) => Prefix + network.Name;

    public void Dispose()
    {
        _lock.RemoveFile();
        _lock.Dispose();
    }
}

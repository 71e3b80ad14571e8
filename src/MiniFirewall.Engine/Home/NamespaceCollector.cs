using MiniFirewall.Engine.Names;
using MiniFirewall.Engine.Serving;
using MiniFirewall.Engine.State;
using MiniFirewall.Sys.Files;
using MiniFirewall.Sys.Namespaces;

namespace MiniFirewall.Engine.Home;

/// <summary>Removes the state of network namespaces that nobody holds any more but our own links.</summary>
internal static class NamespaceCollector
{
    /// <summary>Looks only where there are other namespaces' directories. Returns how many it has removed.</summary>
    internal static int Collect(HomeMount home, NetworkNamespace own)
    {
        NetworkNamespace[] others = [.. home.Namespaces().Where(other => other != own)];
        if (others.Length == 0)
        {
            return 0;
        }

        // The caller is in a namespace with its own inode number: a directory of that number and another cookie is of a
        // namespace that had it before.
        HashSet<ulong> unheld = NamespaceHolders.FindUnheld(others.Select(other => other.Inode));
        return others.Where(other => other.Inode == own.Inode || unheld.Contains(other.Inode)).Count(other => Remove(home, other));
    }

    private static bool Remove(HomeMount home, NetworkNamespace network)
    {
        using FileLock? taken = FileLock.TryTake(home.Home, WriterSession.LockName(network), TimeSpan.Zero);
        if (taken is null)
        {
            return false;
        }

        Leftovers.RemoveAll(home.Pins, network.Name);
        home.Home.Remove(EventWatch.LockName(network));
        home.Home.Remove(RejectWatch.LockName(network));
        home.Home.Remove(NameBookFile.NameOf(network));
        home.Home.Remove(ControlSocket.NameOf(network));
        taken.RemoveFile();
        return true;
    }
}

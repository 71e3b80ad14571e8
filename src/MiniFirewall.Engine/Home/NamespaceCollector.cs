using MiniFirewall.Engine.Names;
using MiniFirewall.Engine.Persistence;
using MiniFirewall.Engine.Reloads;
using MiniFirewall.Engine.Serving;
using MiniFirewall.Engine.State;
using MiniFirewall.Sys.Files;
using MiniFirewall.Sys.Namespaces;

namespace MiniFirewall.Engine.Home;

/// <summary>Removes the state of network namespaces that nobody holds any more but our own links.</summary>
internal static class NamespaceCollector
{
    /// <summary>Looks only where something of other namespaces is there. Returns of how many it has removed rules.</summary>
    internal static int Collect(HomeMount home, NetworkNamespace own)
    {
        NetworkNamespace[] others = [.. home.Namespaces().Union(home.Home.Entries().Select(NamespaceOf).OfType<NetworkNamespace>()).Where(other => other != own)];
        if (others.Length == 0)
        {
            return 0;
        }

        // The caller is in a namespace with its own inode number: a directory of that number and another cookie is of a
        // namespace that had it before.
        HashSet<ulong> unheld = NamespaceHolders.FindUnheld(others.Select(other => other.Inode));
        return others.Where(other => other.Inode == own.Inode || unheld.Contains(other.Inode)).Count(other => Remove(home, other) is true);
    }

    /// <summary>The namespace that a file is of: all that is kept of one ends with its name.</summary>
    private static NetworkNamespace? NamespaceOf(string file) =>
        file.LastIndexOf("net-", StringComparison.Ordinal) is >= 0 and var at ? NetworkNamespace.TryParse(file[at..]) : null;

    /// <summary>Null where it had no rules, but a history of them, or times of reloads.</summary>
    private static bool? Remove(HomeMount home, NetworkNamespace network)
    {
        bool hasRules = home.Pins.Contains(network.Name);
        using FileLock? taken = FileLock.TryTake(home.Home, WriterSession.LockName(network), TimeSpan.Zero);
        if (taken is null)
        {
            return false;
        }

        Leftovers.RemoveAll(home.Pins, network.Name, isOwn: false);
        home.Home.Remove(EventWatch.LockName(network));
        home.Home.Remove(RejectWatch.LockName(network));
        home.Home.Remove(StateDirectory.NameOf(network));
        home.Home.Remove(NameBookFile.NameOf(network));
        home.Home.Remove(ReloadTimesFile.NameOf(network));
        home.Home.Remove(ControlSocket.NameOf(network));
        taken.RemoveFile();
        return hasRules ? true : null;
    }
}

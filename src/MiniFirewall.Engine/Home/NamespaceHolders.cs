using MiniFirewall.Sys.Files;
using MiniFirewall.Sys.Namespaces;

namespace MiniFirewall.Engine.Home;

/// <summary>
/// Finds out which network namespaces somebody still holds: a thread that is in it, an open descriptor, or a mount of its
/// nsfs file in any mount namespace. Our own links hold their namespace too, so the kernel never tells by itself.
/// </summary>
internal sealed class NamespaceHolders
{
    private readonly FileStatus _namespaceFile = FileStatus.TryOf("/proc/self/ns/net")
        ?? throw new FirewallException(FirewallFailure.Refused, "there is no /proc/self/ns/net; is /proc mounted?");

    private readonly HashSet<ulong> _wanted;
    private readonly HashSet<ulong> _held = [];
    private readonly HashSet<ulong> _mountNamespaces = [];
    private readonly HashSet<ulong> _networks = [];
    private readonly HashSet<ulong> _knownDeviceLists = [];
    private readonly HashSet<ulong> _hiddenDeviceLists = [];

    private NamespaceHolders(IEnumerable<ulong> wanted) => _wanted = [.. wanted];

    /// <summary>Those of the namespaces, given by inode number, that nobody holds. In doubt a namespace is held.</summary>
    internal static HashSet<ulong> FindUnheld(IEnumerable<ulong> namespaces)
    {
        // A holder may pass a descriptor on to a process that has been looked at already: so look twice.
        var holders = new NamespaceHolders(namespaces);
        holders.LookAtAll();
        holders.LookAtAll();
        return holders._wanted.Except(holders._held).ToHashSet();
    }

    private void LookAtAll()
    {
        _mountNamespaces.Clear();
        foreach (int process in ProcessTable.All())
        {
            if (_held.IsSupersetOf(_wanted))
            {
                return;
            }

            LookAtOpenFiles(process);
            foreach (int thread in ProcessTable.ThreadsOf(process))
            {
                LookAtThread($"/proc/{process}/task/{thread}");
            }
        }

        if (!_hiddenDeviceLists.IsSubsetOf(_knownDeviceLists))
        {
            _held.UnionWith(_wanted);
        }
    }

    private void LookAtOpenFiles(int process)
    {
        // The link's text would not do: a file opened by the name of a mount (ip netns) shows that name.
        foreach (string file in ProcessTable.OpenFilesOf(process))
        {
            if (FileStatus.TryOf(file) is { } status && status.IsBeside(_namespaceFile))
            {
                _held.Add(status.Inode);
            }
        }
    }

    private void LookAtThread(string thread)
    {
        // The namespace's list of devices has an inode number of its own, which may be seen even where the namespace's
        // may not (a process with more capabilities than ours): it tells whether a hidden process is elsewhere than all
        // those that can be seen.
        if (SymbolicLink.TryReadNamespace($"{thread}/ns/net", "net") is { } network)
        {
            _held.Add(network);
            if (_networks.Add(network) && DeviceListOf(thread) is { } known)
            {
                _knownDeviceLists.Add(known);
            }
        }
        else if (DeviceListOf(thread) is { } hidden)
        {
            _hiddenDeviceLists.Add(hidden);
        }

        if (SymbolicLink.TryReadNamespace($"{thread}/ns/mnt", "mnt") is { } mounts && _mountNamespaces.Add(mounts))
        {
            LookAtMounts(thread);
        }
    }

    private static ulong? DeviceListOf(string thread) => FileStatus.TryOf($"{thread}/net/dev")?.Inode;

    private void LookAtMounts(string thread)
    {
        foreach (string line in MountsOf(thread))
        {
            // The fourth word is what of the file system is mounted; for nsfs it names the namespace.
            string[] words = line.Split(' ', 5);
            if (words.Length == 5 && SymbolicLink.NamespaceNumber(words[3], "net") is { } number)
            {
                _held.Add(number);
            }
        }
    }

    private static string[] MountsOf(string thread)
    {
        try
        {
            return File.ReadAllLines($"{thread}/mountinfo");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }
}

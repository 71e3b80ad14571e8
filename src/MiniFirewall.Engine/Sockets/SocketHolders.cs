using MiniFirewall.Compiler;
using MiniFirewall.Sys.Files;
using MiniFirewall.Sys.Namespaces;

namespace MiniFirewall.Engine.Sockets;

/// <summary>Which process holds a socket, as /proc/PID/fd tells: the first found where there are several.</summary>
internal sealed class SocketHolders
{
    /// <summary>Open files that one look goes through; those of processes behind are not known.</summary>
    private const int MostFiles = 200_000;

    private readonly Dictionary<ulong, SendingProcess> _byInode = [];

    internal SendingProcess? TryGet(ulong inode) => _byInode.TryGetValue(inode, out SendingProcess holder) ? holder : null;

    /// <summary>Looks through all processes that may be looked at.</summary>
    internal void Look()
    {
        _byInode.Clear();
        int files = 0;
        foreach (int process in ProcessTable.All())
        {
            string? name = null;
            foreach (string file in ProcessTable.OpenFilesOf(process))
            {
                if (++files > MostFiles)
                {
                    return;
                }

                if (SymbolicLink.TryReadNamespace(file, "socket") is { } inode)
                {
                    name ??= ProcessTable.NameOf(process);
                    _byInode.TryAdd(inode, new(process, name));
                }
            }
        }
    }
}

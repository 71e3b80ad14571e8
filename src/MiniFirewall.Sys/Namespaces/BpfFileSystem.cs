using System.Runtime.InteropServices;
using MiniFirewall.Sys.Files;

namespace MiniFirewall.Sys.Namespaces;

/// <summary>The file system that BPF objects are pinned in.</summary>
public static class BpfFileSystem
{
    private const long Magic = 0xcafe4a11;
    private const int StatusSize = 256, NotPermitted = 1, Busy = 16, Invalid = 22;

    /// <summary>Whether the directory lies on a bpffs.</summary>
    /// <exception cref="SystemCallException"/>
    public static bool Holds(DirectoryHandle directory)
    {
        ArgumentNullException.ThrowIfNull(directory);
        Span<byte> status = stackalloc byte[StatusSize];
        return FileCalls.FileSystemStatus(directory.Descriptor.Number, status) == 0
            ? MemoryMarshal.Read<long>(status) == Magic
            : throw SystemCallException.FromLastError("fstatfs");
    }

    /// <summary>Mounts a bpffs of its own at a directory of the calling thread's mount namespace, open to its owner only.</summary>
    /// <exception cref="SystemCallException"/>
    public static void Mount(string directory)
    {
        uint flags = NamespaceCalls.NoSetUserId | NamespaceCalls.NoDevices | NamespaceCalls.NoExecution;
        if (NamespaceCalls.Mount("minifw", directory, "bpf", flags, "mode=0700") != 0)
        {
            throw SystemCallException.FromLastError($"mount bpffs at {directory}", "needs CAP_SYS_ADMIN");
        }
    }

    /// <summary>Takes the mount away; false where somebody has a file of it open, nothing is mounted there, or the caller may not.</summary>
    /// <exception cref="SystemCallException"/>
    public static bool TryUnmount(string directory)
    {
        if (NamespaceCalls.Unmount(directory, 0) == 0)
        {
            return true;
        }

        int errno = Marshal.GetLastPInvokeError();
        return errno is NotPermitted or Busy or Invalid ? false : throw new SystemCallException($"umount {directory}", errno);
    }
}

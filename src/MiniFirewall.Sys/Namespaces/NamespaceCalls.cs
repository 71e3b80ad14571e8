using System.Runtime.InteropServices;

namespace MiniFirewall.Sys.Namespaces;

/// <summary>System calls on namespaces and mounts, as libc has them; names are the kernel's.</summary>
internal static partial class NamespaceCalls
{
    internal const int CloneNewNamespace = 0x20000, CloneFileSystem = 0x200;
    internal const uint NoSetUserId = 2, NoDevices = 4, NoExecution = 8;
    internal const int AddressFamilyUnix = 1, Datagram = 2, SocketCloseOnExec = 0x80000;
    internal const int SocketLevel = 1, NamespaceCookie = 71;

    [LibraryImport("libc", EntryPoint = "setns", SetLastError = true)]
    internal static partial int SetNamespace(int descriptor, int type);

    [LibraryImport("libc", EntryPoint = "unshare", SetLastError = true)]
    internal static partial int Unshare(int flags);

    [LibraryImport("libc", EntryPoint = "mount", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int Mount(string source, string target, string type, nuint flags, string data);

    [LibraryImport("libc", EntryPoint = "umount2", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int Unmount(string target, int flags);

    [LibraryImport("libc", EntryPoint = "socket", SetLastError = true)]
    internal static partial int Socket(int family, int type, int protocol);

    [LibraryImport("libc", EntryPoint = "getsockopt", SetLastError = true)]
    internal static partial int GetSocketOption(int socket, int level, int option, out ulong value, ref uint length);

    [LibraryImport("libc", EntryPoint = "if_indextoname", SetLastError = true)]
    internal static partial nint InterfaceName(uint index, Span<byte> name);
}

using System.Globalization;
using MiniFirewall.Sys.Files;

namespace MiniFirewall.Sys.Namespaces;

/// <summary>
/// Which network namespace: the cookie is unique until the next boot, the inode number is what /proc shows and may be
/// used again once the namespace is gone.
/// </summary>
public readonly record struct NetworkNamespace(ulong Cookie, ulong Inode)
{
    private const string Prefix = "net-";

    /// <summary>A file name for the namespace; bpffs allows no dots.</summary>
    public string Name => $"{Prefix}{Cookie}-{Inode}";

    /// <summary>The namespace of the calling thread. Kernel 5.14.</summary>
    /// <exception cref="SystemCallException"/>
    public static NetworkNamespace OfCallingThread()
    {
        int socket = NamespaceCalls.Socket(NamespaceCalls.AddressFamilyUnix, NamespaceCalls.Datagram | NamespaceCalls.SocketCloseOnExec, 0);
        if (socket < 0)
        {
            throw SystemCallException.FromLastError("socket(AF_UNIX)");
        }

        using var owner = new FileDescriptor(socket);
        uint length = sizeof(ulong);
        if (NamespaceCalls.GetSocketOption(socket, NamespaceCalls.SocketLevel, NamespaceCalls.NamespaceCookie, out ulong cookie, ref length) != 0)
        {
            throw SystemCallException.FromLastError("getsockopt(SO_NETNS_COOKIE)", "needs Linux 5.14");
        }

        ulong inode = SymbolicLink.TryReadNamespace("/proc/thread-self/ns/net", "net")
            ?? throw SystemCallException.FromLastError("readlink /proc/thread-self/ns/net", "is /proc mounted?");
        return new(cookie, inode);
    }

    /// <summary>Reads a <see cref="Name"/> back; null for any other text.</summary>
    public static NetworkNamespace? TryParse(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        string[] parts = name.Split('-');
        return parts.Length == 3 && parts[0] + "-" == Prefix && Number(parts[1], out ulong cookie) && Number(parts[2], out ulong inode)
            ? new(cookie, inode) : null;
    }

    private static bool Number(string text, out ulong value) =>
        ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value);
}

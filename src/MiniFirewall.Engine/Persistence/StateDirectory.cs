using MiniFirewall.Engine.Home;
using MiniFirewall.Sys.Files;
using MiniFirewall.Sys.Namespaces;

namespace MiniFirewall.Engine.Persistence;

/// <summary>
/// Where the history of the calling thread's network namespace is. That of the host, which is process 1's, outlives a boot in /var/lib/minifw;
/// that of another namespace, which does not, is in /run/minifw beside its state and goes when the namespace is gone.
/// </summary>
internal static class StateDirectory
{
    internal const string Host = "/var/lib/minifw";

    private const string Prefix = "kept-";

    /// <summary>Name of a namespace's directory in /run/minifw.</summary>
    internal static string NameOf(NetworkNamespace network) => Prefix + network.Name;

    /// <summary>Its path.</summary>
    /// <param name="named">The directory that the user names, in place of any other; null or empty for none.</param>
    internal static string PathFor(NetworkNamespace network, string? named) =>
        named is { Length: > 0 } ? named
        : network.Inode == SymbolicLink.TryReadNamespace("/proc/1/ns/net", "net") ? Host
        : Path.Combine(HomeMount.UsualRoot, NameOf(network));
}

using System.Globalization;

namespace MiniFirewall.Engine.Sockets;

/// <summary>
/// Whether the calling thread's namespace has sockets of a kind at all. To list those of TCP the kernel goes through the table that all
/// namespaces share, which takes milliseconds also where there are none.
/// </summary>
internal static class SocketCounts
{
    private const string InUse = "inuse";

    /// <summary>True also where the kernel does not tell.</summary>
    /// <param name="kind">As the kernel's lists are called: tcp, tcp6, udp, udp6.</param>
    internal static bool MayHave(string kind)
    {
        bool isIPv6 = kind.EndsWith('6');
        string path = $"/proc/thread-self/net/sockstat{(isIPv6 ? "6" : "")}";
        return !File.Exists(path) || MayHave(File.ReadLines(path), kind);
    }

    /// <summary>Lines such as "TCP: inuse 4 orphan 0 tw 0 alloc 7 mem 1".</summary>
    internal static bool MayHave(IEnumerable<string> lines, string kind)
    {
        string name = $"{kind.ToUpperInvariant()}: ";
        string[]? words = lines.FirstOrDefault(line => line.StartsWith(name, StringComparison.Ordinal))?.Split(' ');
        int at = words is null ? -1 : Array.IndexOf(words, InUse);
        return at < 0 || at + 1 >= words!.Length
            || !int.TryParse(words[at + 1], NumberStyles.None, CultureInfo.InvariantCulture, out int count) || count > 0;
    }
}

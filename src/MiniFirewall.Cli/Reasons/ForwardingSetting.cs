using MiniFirewall.Packets;

namespace MiniFirewall.Cli.Reasons;

/// <summary>Whether the kernel leads packets on that are not for this host.</summary>
internal static class ForwardingSetting
{
    /// <summary>
    /// The name of the setting that says no; null where packets are led on, or nobody says. IPv4 asks the interface that a packet came in
    /// by, IPv6 the one setting of all (Documentation/networking/ip-sysctl.rst).
    /// </summary>
    /// <param name="device">The interface by which the packet comes in.</param>
    internal static string? WhereOff(Family family, string device)
    {
        string name = family == Family.IPv4 ? $"net/ipv4/conf/{device}/forwarding" : "net/ipv6/conf/all/forwarding";
        return IsOff($"/proc/sys/{name}") ? name.Replace('/', '.') : null;
    }

    private static bool IsOff(string path)
    {
        try
        {
            return File.Exists(path) && File.ReadAllText(path).Trim() == "0";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}

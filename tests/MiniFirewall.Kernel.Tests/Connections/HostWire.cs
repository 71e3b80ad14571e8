using MiniFirewall.Kernel.Tests.Cli;

namespace MiniFirewall.Kernel.Tests.Connections;

/// <summary>Connects a host with a router, by which all else is reached.</summary>
internal static class HostWire
{
    /// <summary>The device of the host is named "net", the router's as the caller says.</summary>
    /// <param name="ends">Of each family the router's address and the host's, each with the length of its prefix.</param>
    internal static void Connect(NamedNamespace router, NamedNamespace host, string device, params (string Router, string Host)[] ends)
    {
        router.Shell($"set -e\nip link add {device} type veth peer name net netns {Path.GetFileName(host.Path)}\nip link set {device} up").Succeeded();
        host.Shell("ip link set net up").Succeeded();
        foreach ((string routerEnd, string hostEnd) in ends)
        {
            bool isV6 = routerEnd.Contains(':', StringComparison.Ordinal);
            string how = isV6 ? "nodad" : "";
            router.Shell($"ip address add {routerEnd} dev {device} {how}").Succeeded();
            host.Shell($"set -e\nip address add {hostEnd} dev net {how}\nip {(isV6 ? "-6" : "-4")} route add default via {routerEnd[..routerEnd.IndexOf('/', StringComparison.Ordinal)]}").Succeeded();
        }
    }
}

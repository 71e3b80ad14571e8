using MiniFirewall.Sys.Namespaces;

namespace MiniFirewall.Cli.Demo;

/// <summary>
/// A client, a router and three places with servers, each a network namespace, joined by veth pairs; no way out.
/// Dispose removes all of it.
/// </summary>
internal sealed class Sandbox : IDisposable
{
    private Sandbox(SandboxName name) => Name = name;

    internal SandboxName Name { get; }

    internal string ClientNamespace => Name.Namespace(Place.Client.Role);

    internal static string PathOf(string networkNamespace) => $"/run/netns/{networkNamespace}";

    internal string PathOf(Place place) => PathOf(Name.Namespace(place.Role));

    internal string RouterPath => PathOf(Name.Namespace(Place.RouterRole));

    private static IEnumerable<string> Roles => Place.All.Select(p => p.Role).Prepend(Place.RouterRole);

    /// <summary>Builds it; when interrupted or refused halfway, removes the half.</summary>
    internal static Sandbox Create(CancellationToken cancellation)
    {
        var sandbox = new Sandbox(SandboxName.OfThisProcess());
        try
        {
            HostsFile.Write($"/etc/netns/{sandbox.ClientNamespace}");
            sandbox.MakeNamespaces();
            sandbox.UseAddressesAtOnce();
            foreach (Place place in Place.All)
            {
                cancellation.ThrowIfCancellationRequested();
                sandbox.Connect(place);
            }

            sandbox.Forward();
            return sandbox;
        }
        catch
        {
            sandbox.Dispose();
            throw;
        }
    }

    public void Dispose() => SandboxRemoval.Remove(Name);

    private void MakeNamespaces() => IpTool.Batch(null, Roles.Select(r => $"netns add {Name.Namespace(r)}"));

    private void Connect(Place place)
    {
        string inside = Name.Namespace(place.Role);
        IpTool.Batch(Name.Namespace(Place.RouterRole),
        [
            $"link add {place.Role} type veth peer name eth0 netns {inside}",
            $"address add {place.RouterV4}/24 dev {place.Role}",
            $"address add {place.RouterV6}/64 dev {place.Role} nodad",
            $"link set {place.Role} up",
        ]);
        IpTool.Batch(inside,
        [
            "link set lo up",
            .. place.Hosts.SelectMany(h => new[]
            {
                $"address add {place.V4(h)}/24 dev eth0",
                $"address add {place.V6(h)}/64 dev eth0 nodad",
            }),
            "link set eth0 up",
            $"route add default via {place.RouterV4}",
            $"route add default via {place.RouterV6}",
        ]);
    }

    /// <summary>
    /// Duplicate address detection would hold back every interface's link-local address for a second or more, and with it
    /// the router's neighbour solicitations.
    /// </summary>
    private void UseAddressesAtOnce()
    {
        foreach (string role in Roles)
        {
            NetworkNamespaceThread.Run(PathOf(Name.Namespace(role)), () =>
            {
                File.WriteAllText("/proc/sys/net/ipv6/conf/all/accept_dad", "0");
                File.WriteAllText("/proc/sys/net/ipv6/conf/default/accept_dad", "0");
                return true;
            });
        }
    }

    private void Forward() => NetworkNamespaceThread.Run(RouterPath, () =>
    {
        File.WriteAllText("/proc/sys/net/ipv4/ip_forward", "1");
        File.WriteAllText("/proc/sys/net/ipv6/conf/all/forwarding", "1");
        return true;
    });
}

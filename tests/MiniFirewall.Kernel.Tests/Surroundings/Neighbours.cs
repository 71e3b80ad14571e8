using System.Net;
using MiniFirewall.Kernel.Tests.Support;
using MiniFirewall.Packets;

namespace MiniFirewall.Kernel.Tests.Surroundings;

/// <summary>A host and a neighbour, each a network namespace, with a cable between their interfaces eth0; the host forwards to its eth1.</summary>
internal sealed class Neighbours : IDisposable
{
    internal const string NeighbourLink = "02:00:5e:10:00:02";

    internal Neighbours()
    {
        Host.Execute("ip", ["-batch", "-"], $"""
            link set lo up
            link add eth0 address 02:00:5e:10:00:01 type veth peer name eth0 address {NeighbourLink} netns {Neighbour.Run(ThreadId)}

            """);
        foreach (NetworkNamespace place in new[] { Host, Neighbour })
        {
            foreach (string off in new[] { "ipv4/conf/all/rp_filter", "ipv4/conf/default/rp_filter", "ipv4/conf/eth0/rp_filter", "ipv6/conf/default/accept_dad", "ipv6/conf/eth0/accept_dad", "ipv6/conf/default/router_solicitations", "ipv6/conf/eth0/router_solicitations" })
            {
                place.SetSystemControl(off, "0");
            }

            place.SetSystemControl("ipv4/conf/all/accept_local", "1");
        }

        Host.SetSystemControl("ipv4/ip_forward", "1");
        Host.Execute("ip", ["-batch", "-"], $"""
            link add eth1 type veth peer name eth1 netns {Neighbour.Run(ThreadId)}
            link set eth1 arp off up
            link set eth0 up
            address add 192.0.2.1/24 brd + dev eth0
            address add 2001:db8:1::1/64 dev eth0 nodad
            address add 10.9.0.1/24 dev eth1
            address add 2001:db8:9::1/64 dev eth1 nodad
            route add default via 192.0.2.2
            route add 224.0.0.0/4 dev eth0

            """);
        Neighbour.Execute("ip", ["-batch", "-"], """
            link set lo up
            link set eth0 up
            link set eth1 arp off up
            address add 192.0.2.2/24 brd + dev eth0
            address add 2001:db8:1::2/64 dev eth0 nodad
            route add default via 192.0.2.1
            route add default via 2001:db8:1::1
            route add 224.0.0.0/4 dev eth0

            """);
    }

    internal NetworkNamespace Host { get; } = new();

    internal NetworkNamespace Neighbour { get; } = new();

    /// <summary>Sends a UDP packet to port 9, in the words that a shell's command may have before it.</summary>
    internal static void Send(NetworkNamespace from, string to, string wrapper = "") =>
        from.Execute("sh", ["-c", $"{wrapper} bash -c 'echo x > /dev/udp/{to}/9' || true"]);

    /// <summary>Sends packets with any header toward a host that is to take them.</summary>
    internal static void SendRaw(NetworkNamespace from, Family family, string toward, IEnumerable<byte[]> packets)
    {
        using LocalSender sender = from.Run(() => new LocalSender(family, IPAddress.Parse(toward).GetAddressBytes()));
        foreach (byte[] packet in packets)
        {
            sender.Send(packet, 0);
        }
    }

    public void Dispose()
    {
        Host.Dispose();
        Neighbour.Dispose();
    }

    internal static string ThreadId() => Path.GetFileName(Directory.ResolveLinkTarget("/proc/thread-self", returnFinalTarget: false)!.FullName);
}

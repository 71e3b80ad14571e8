using System.Diagnostics;
using System.Globalization;
using MiniFirewall.Packets;
using MiniFirewall.Sys.Namespaces;

namespace MiniFirewall.Bench.Connections;

/// <summary>
/// A router in a network namespace of its own between two others, which send and take nothing in: frames to them have an address that is
/// not theirs. What a client sends passes FORWARD on the same processor before its send returns.
/// </summary>
internal sealed class BenchRouter : IDisposable
{
    internal const int ChunkSize = 64;
    /// <summary>Whose address frames to others have, and frames to the router come from.</summary>
    internal const string Nobody = "02:00:00:00:00:99";

    /// <summary>Of the router's devices.</summary>
    internal const string In = "02:00:00:00:00:01", Out = "02:00:00:00:00:02";

    private readonly string _clients, _servers;
    private readonly Family _family;
    private readonly PacketLine _client, _server;
    private int _next;

    internal BenchRouter(string engine, Family family)
    {
        _family = family;
        Name = $"mfwconn-{Environment.ProcessId}-{engine}";
        (_clients, _servers) = (Name + "-a", Name + "-b");
        Tool.Run("ip", "netns", "add", Name);
        Connect(_clients, "in", In, FlowPackets.Clients(family));
        Connect(_servers, "out", Out, FlowPackets.Servers(family));
        Tool.Run("ip", ["netns", "exec", Name, "sysctl", "-q", "-w", .. family == Family.IPv4 ? (string[])["net.ipv4.ip_forward=1", "net.ipv6.conf.all.disable_ipv6=1"] : ["net.ipv6.conf.all.forwarding=1"]]);
        _client = new($"/run/netns/{_clients}", "far");
        _server = new($"/run/netns/{_servers}", "far");
    }

    internal string Name { get; }

    internal string NamespacePath => $"/run/netns/{Name}";

    /// <summary>How many packets have left for the servers; over IPv6 a few of them are the kernel's own, about the groups it listens to.</summary>
    internal long Forwarded => long.Parse(
        Tool.Read("ip", "netns", "exec", Name, "cat", "/sys/class/net/out/statistics/tx_packets"), CultureInfo.InvariantCulture);

    internal void SendFromClients(Frames packets) => _client.Send(packets, 0, packets.Count);

    internal void SendFromClients(Frames packets, int from, int count) => _client.Send(packets, from, count);

    internal void SendFromServers(Frames packets) => _server.Send(packets, 0, packets.Count);

    /// <summary>Mean ns of a packet, over the next chunk of the packets.</summary>
    internal double SendChunk(Frames packets)
    {
        long start = Stopwatch.GetTimestamp();
        _client.Send(packets, _next, ChunkSize);
        double time = Stopwatch.GetElapsedTime(start).TotalNanoseconds / ChunkSize;
        _next = (_next + ChunkSize) % packets.Count;
        return time;
    }

    public void Dispose()
    {
        _client.Dispose();
        _server.Dispose();
        foreach (string name in (string[])[Name, _clients, _servers])
        {
            Tool.Run("ip", "netns", "delete", name);
        }
    }

    private void Connect(string peer, string device, string address, string network)
    {
        string subnet = (_family, device) switch
        {
            (Family.IPv4, "in") => "192.0.2.",
            (Family.IPv4, _) => "192.0.3.",
            (_, "in") => "fd00:2::",
            _ => "fd00:3::",
        };
        int length = _family == Family.IPv4 ? 24 : 64;
        Tool.Run("ip", "netns", "add", peer);
        Tool.Run("ip", "-n", Name, "link", "add", device, "type", "veth", "peer", "name", "far", "netns", peer);
        Tool.Run("ip", "-n", Name, "link", "set", device, "address", address);
        Up(Name, device, $"{subnet}1/{length}");
        Up(peer, "far", $"{subnet}2/{length}");
        Route(peer, "far", _family == Family.IPv4 ? "0.0.0.0/0" : "::/0", $"{subnet}1", address);
        Route(Name, device, network, $"{subnet}2", Nobody);
    }

    /// <summary>An IPv6 address is not looked for elsewhere first: a route by way of it may stand at once.</summary>
    private void Up(string name, string device, string address)
    {
        Tool.Run("ip", ["-n", name, "address", "add", address, "dev", device, .. _family == Family.IPv4 ? (string[])[] : ["nodad"]]);
        Tool.Run("ip", "-n", name, "link", "set", device, "up");
    }

    private static void Route(string name, string device, string network, string gateway, string gatewayAddress)
    {
        Tool.Run("ip", "-n", name, "neigh", "add", gateway, "lladdr", gatewayAddress, "dev", device, "nud", "permanent");
        Tool.Run("ip", "-n", name, "route", "add", network, "via", gateway, "dev", device);
    }
}

using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
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
    private const string Nobody = "02:00:00:00:00:99";

    private readonly string _clients, _servers;
    private readonly Family _family;
    private readonly Socket _client, _server;
    private int _next;

    internal BenchRouter(string engine, Family family)
    {
        _family = family;
        Name = $"mfwconn-{Environment.ProcessId}-{engine}";
        (_clients, _servers) = (Name + "-a", Name + "-b");
        Tool.Run("ip", "netns", "add", Name);
        Connect(_clients, "in", "02:00:00:00:00:01", FlowPackets.Clients(family));
        Connect(_servers, "out", "02:00:00:00:00:02", FlowPackets.Servers(family));
        Tool.Run("ip", ["netns", "exec", Name, "sysctl", "-q", "-w", .. family == Family.IPv4 ? (string[])["net.ipv4.ip_forward=1", "net.ipv6.conf.all.disable_ipv6=1"] : ["net.ipv6.conf.all.forwarding=1"]]);
        _client = RawSocket(_clients);
        _server = RawSocket(_servers);
    }

    internal string Name { get; }

    internal string NamespacePath => $"/run/netns/{Name}";

    /// <summary>How many packets have left for the servers; over IPv6 a few of them are the kernel's own, about the groups it listens to.</summary>
    internal long Forwarded => long.Parse(
        Tool.Read("ip", "netns", "exec", Name, "cat", "/sys/class/net/out/statistics/tx_packets"), CultureInfo.InvariantCulture);

    internal void SendFromClients(IEnumerable<OutPacket> packets) => Send(_client, packets);

    internal void SendFromServers(IEnumerable<OutPacket> packets) => Send(_server, packets);

    /// <summary>Mean ns of a send, over the next chunk of the packets.</summary>
    internal double SendChunk(OutPacket[] packets)
    {
        long start = Stopwatch.GetTimestamp();
        for (int i = 0; i < ChunkSize; i++)
        {
            OutPacket packet = packets[_next++ % packets.Length];
            _client.SendTo(packet.Bytes, SocketFlags.None, packet.To);
        }

        return Stopwatch.GetElapsedTime(start).TotalNanoseconds / ChunkSize;
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

    private static void Send(Socket socket, IEnumerable<OutPacket> packets)
    {
        foreach (OutPacket packet in packets)
        {
            socket.SendTo(packet.Bytes, SocketFlags.None, packet.To);
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

    private Socket RawSocket(string name) => NetworkNamespaceThread.Run(
        $"/run/netns/{name}", () => new Socket(_family == Family.IPv4 ? AddressFamily.InterNetwork : AddressFamily.InterNetworkV6, SocketType.Raw, ProtocolType.Raw));
}

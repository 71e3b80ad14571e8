using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
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
    private readonly Socket _client, _server;
    private int _next;

    internal BenchRouter(string engine)
    {
        Name = $"mfwconn-{Environment.ProcessId}-{engine}";
        (_clients, _servers) = (Name + "-a", Name + "-b");
        Tool.Run("ip", "netns", "add", Name);
        Connect(_clients, "in", "02:00:00:00:00:01", "10.0.0.0/8");
        Connect(_servers, "out", "02:00:00:00:00:02", "198.18.0.0/15");
        Tool.Run("ip", "netns", "exec", Name, "sysctl", "-q", "-w", "net.ipv4.ip_forward=1", "net.ipv6.conf.all.disable_ipv6=1");
        _client = RawSocket(_clients);
        _server = RawSocket(_servers);
    }

    internal string Name { get; }

    internal string NamespacePath => $"/run/netns/{Name}";

    /// <summary>How many packets have left for the servers.</summary>
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
        string subnet = device == "in" ? "192.0.2" : "192.0.3";
        Tool.Run("ip", "netns", "add", peer);
        Tool.Run("ip", "-n", Name, "link", "add", device, "type", "veth", "peer", "name", "far", "netns", peer);
        Tool.Run("ip", "-n", Name, "link", "set", device, "address", address);
        Up(Name, device, $"{subnet}.1/24");
        Up(peer, "far", $"{subnet}.2/24");
        Route(peer, "far", "default", $"{subnet}.1", address);
        Route(Name, device, network, $"{subnet}.2", Nobody);
    }

    private static void Up(string name, string device, string address)
    {
        Tool.Run("ip", "-n", name, "address", "add", address, "dev", device);
        Tool.Run("ip", "-n", name, "link", "set", device, "up");
    }

    private static void Route(string name, string device, string network, string gateway, string gatewayAddress)
    {
        Tool.Run("ip", "-n", name, "neigh", "add", gateway, "lladdr", gatewayAddress, "dev", device, "nud", "permanent");
        Tool.Run("ip", "-n", name, "route", "add", network, "via", gateway);
    }

    private static Socket RawSocket(string name) =>
        NetworkNamespaceThread.Run($"/run/netns/{name}", () => new Socket(AddressFamily.InterNetwork, SocketType.Raw, ProtocolType.Raw));
}

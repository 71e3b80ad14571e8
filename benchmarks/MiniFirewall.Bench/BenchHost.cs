using System.Net;
using System.Net.Sockets;
using MiniFirewall.Sys.Namespaces;

namespace MiniFirewall.Bench;

/// <summary>
/// One sender in a network namespace of its own, with a veth pair to a sink that throws everything away. What it sends
/// passes the OUTPUT hook there and nothing else differs between engines.
/// </summary>
internal sealed class BenchHost : IDisposable
{
    private const int ChunkSize = 64;

    private readonly string _sink;
    private readonly Socket _socket;

    internal BenchHost(string engine)
    {
        Name = $"mfwbench-{Environment.ProcessId}-{engine}";
        _sink = Name + "-sink";
        Tool.Run("ip", "netns", "add", Name);
        Tool.Run("ip", "netns", "add", _sink);
        Tool.Run("ip", "-n", Name, "link", "add", "out", "type", "veth", "peer", "name", "in", "netns", _sink);
        Tool.Run("ip", "-n", Name, "link", "set", "out", "address", "02:00:00:00:00:01");
        Tool.Run("ip", "-n", _sink, "link", "set", "in", "address", "02:00:00:00:00:02");
        Tool.Run("ip", "-n", Name, "address", "add", "192.0.2.1/24", "dev", "out");
        Tool.Run("ip", "-n", Name, "link", "set", "lo", "up");
        Tool.Run("ip", "-n", Name, "link", "set", "out", "up");
        Tool.Run("ip", "-n", _sink, "link", "set", "in", "up");
        Tool.Run("ip", "-n", Name, "neigh", "add", "192.0.2.2", "lladdr", "02:00:00:00:00:02", "dev", "out", "nud", "permanent");
        Tool.Run("ip", "-n", Name, "route", "add", "default", "via", "192.0.2.2");
        _socket = NetworkNamespaceThread.Run($"/run/netns/{Name}", () => new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp));
    }

    internal string Name { get; }

    internal string NamespacePath => $"/run/netns/{Name}";

    /// <summary>Mean ns of a send, over one chunk. A dropped packet's error is part of what it costs the sender.</summary>
    internal double SendChunk(SocketAddress[] to)
    {
        Span<byte> payload = stackalloc byte[18];
        long start = System.Diagnostics.Stopwatch.GetTimestamp();
        for (int i = 0; i < ChunkSize; i++)
        {
            _socket.SendTo(payload, SocketFlags.None, to[i % to.Length]);
        }

        return System.Diagnostics.Stopwatch.GetElapsedTime(start).TotalNanoseconds / ChunkSize;
    }

    internal static SocketAddress Address((uint Address, ushort Port) flow) =>
        new IPEndPoint(IPAddress.Parse(RuleLists.Dotted(flow.Address)), flow.Port).Serialize();

    public void Dispose()
    {
        _socket.Dispose();
        Tool.Run("ip", "netns", "delete", Name);
        Tool.Run("ip", "netns", "delete", _sink);
    }
}

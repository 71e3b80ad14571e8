using System.Net;
using System.Net.Sockets;
using MiniFirewall.Sys.Namespaces;

namespace MiniFirewall.Cli.Demo;

/// <summary>TCP and UDP echo servers; their sockets are made inside the sandbox, and served from this process's threads.</summary>
internal sealed class EchoServers : IDisposable
{
    private readonly List<Socket> _sockets = [];

    /// <summary>Web servers at every place, more ports in the world, and an ssh-like port on the client.</summary>
    internal static EchoServers Start(Sandbox sandbox)
    {
        var servers = new EchoServers();
        servers.Listen(sandbox.PathOf(Place.Client), [22], []);
        servers.Listen(sandbox.PathOf(Place.Shop), [80, 443], []);
        servers.Listen(sandbox.PathOf(Place.Mirror), [80, 443], []);
        servers.Listen(sandbox.PathOf(Place.World), [80, 443, 8080], [53]);
        return servers;
    }

    public void Dispose() => _sockets.ForEach(s => s.Dispose());

    private void Listen(string networkNamespace, int[] tcpPorts, int[] udpPorts)
    {
        IPAddress[] any = [IPAddress.Any, IPAddress.IPv6Any];
        List<Socket> tcp = [], udp = [];
        NetworkNamespaceThread.Run(networkNamespace, () =>
        {
            foreach (IPAddress address in any)
            {
                tcp.AddRange(tcpPorts.Select(p => Bound(new(address, p), SocketType.Stream, ProtocolType.Tcp)));
                udp.AddRange(udpPorts.Select(p => Bound(new(address, p), SocketType.Dgram, ProtocolType.Udp)));
            }

            return true;
        });
        tcp.ForEach(s => s.Listen());
        _sockets.AddRange([.. tcp, .. udp]);
        tcp.ForEach(s => _ = AcceptAsync(s));
        udp.ForEach(s => _ = AnswerAsync(s));
    }

    private static Socket Bound(IPEndPoint at, SocketType type, ProtocolType protocol)
    {
        var socket = new Socket(at.AddressFamily, type, protocol);
        if (at.AddressFamily == AddressFamily.InterNetworkV6)
        {
            socket.DualMode = false;
        }

        socket.Bind(at);
        return socket;
    }

    private static async Task AcceptAsync(Socket listener)
    {
        while (await Try(() => listener.AcceptAsync()).ConfigureAwait(false) is { } connection)
        {
            _ = EchoAsync(connection);
        }
    }

    private static async Task EchoAsync(Socket connection)
    {
        using (connection)
        {
            byte[] buffer = new byte[256];
            while (await Try(() => connection.ReceiveAsync(buffer)).ConfigureAwait(false) is > 0 and int count)
            {
                await Try(() => connection.SendAsync(buffer.AsMemory(0, count)).AsTask()).ConfigureAwait(false);
            }
        }
    }

    private static async Task AnswerAsync(Socket socket)
    {
        byte[] buffer = new byte[256];
        var anybody = new IPEndPoint(socket.AddressFamily == AddressFamily.InterNetwork ? IPAddress.Any : IPAddress.IPv6Any, 0);
        while (await Try(() => socket.ReceiveFromAsync(buffer, anybody)).ConfigureAwait(false) is { ReceivedBytes: > 0 } got)
        {
            await Try(() => socket.SendToAsync(buffer.AsMemory(0, got.ReceivedBytes), got.RemoteEndPoint).AsTask()).ConfigureAwait(false);
        }
    }

    /// <summary>The result, or the type's default once the socket is closed or the peer is gone.</summary>
    private static async Task<T?> Try<T>(Func<Task<T>> work)
    {
        try
        {
            return await work().ConfigureAwait(false);
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException)
        {
            return default;
        }
    }
}

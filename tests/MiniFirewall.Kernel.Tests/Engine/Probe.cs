using System.Net;
using System.Net.Sockets;
using MiniFirewall.Kernel.Tests.Differential;
using MiniFirewall.Kernel.Tests.Support;

namespace MiniFirewall.Kernel.Tests.Engine;

/// <summary>Sends datagrams over the loopback interface of the calling thread's namespace and says what became of them.</summary>
internal static class Probe
{
    /// <summary>A port that no rule of these tests speaks of.</summary>
    private const int OpenPort = 9;

    /// <summary>Such as "4:1001 6:2002": family and port of those that did not arrive.</summary>
    internal static string Dropped(params int[] ports) =>
        string.Join(' ', DroppedOver(IPAddress.Loopback, 4, ports).Concat(DroppedOver(IPAddress.IPv6Loopback, 6, ports)));

    /// <summary>Sends IPv4 datagrams as fast as it can; returns how many.</summary>
    internal static int SendUntil(int port, CancellationToken stop)
    {
        using var sender = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        var target = new IPEndPoint(IPAddress.Loopback, port);
        int sent = 0;
        for (; !stop.IsCancellationRequested; sent++)
        {
            TrySend(sender, target);
        }

        return sent;
    }

    /// <summary>Sends one IPv4 datagram.</summary>
    internal static void SendOnce(int port)
    {
        using var sender = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        TrySend(sender, new IPEndPoint(IPAddress.Loopback, port));
    }

    private static IEnumerable<string> DroppedOver(IPAddress address, int family, int[] ports)
    {
        // The datagram to the open port comes last: when it is there, those before it are there or lost. Only what one processor sends keeps
        // its order: the loopback interface has a queue a processor.
        using IDisposable pinned = LibC.OnOneProcessor();
        Socket[] receivers = [.. ports.Append(OpenPort).Select(port => Bind(address, port))];
        using var sender = new Socket(address.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        bool isSent = false;
        foreach (Socket receiver in receivers)
        {
            isSent = TrySend(sender, receiver.LocalEndPoint!);
        }

        bool whole = receivers[^1].Poll(TimeSpan.FromSeconds(5 * Budget.Patience), SelectMode.SelectRead);
        Thread.Sleep(2);
        string[] dropped = [.. ports.Where((_, i) => receivers[i].Available == 0).Select(port => $"{family}:{port}")];
        Array.ForEach(receivers, receiver => receiver.Dispose());
        return whole ? dropped : throw new InvalidOperationException(
            $"the datagram that no rule drops is {(isSent ? "lost" : "refused")}, IPv{family}; of the others so are {string.Join(' ', dropped)}");
    }

    private static Socket Bind(IPAddress address, int port)
    {
        var socket = new Socket(address.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
        socket.Bind(new IPEndPoint(address, port));
        return socket;
    }

    private static bool TrySend(Socket sender, EndPoint target)
    {
        try
        {
            sender.SendTo(new byte[10], target);
            return true;
        }
        catch (SocketException e) when (e.SocketErrorCode is SocketError.AccessDenied or SocketError.ConnectionRefused)
        {
            // A drop on the way out is EPERM for the sender.
            return false;
        }
    }
}

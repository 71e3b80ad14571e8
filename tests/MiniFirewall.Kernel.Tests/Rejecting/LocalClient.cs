using System.Net;
using System.Net.Sockets;

namespace MiniFirewall.Kernel.Tests.Rejecting;

/// <summary>What a program of the calling thread's namespace is told when it speaks to an address.</summary>
internal static class LocalClient
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(4);

    /// <summary>connect(2)'s error, or "silence".</summary>
    internal static string Connect(string address, int port)
    {
        var to = new IPEndPoint(IPAddress.Parse(address), port);
        using var socket = new Socket(to.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        var connecting = Task.Run(() => ErrorOf(() => socket.Connect(to)));
        return connecting.Wait(Patience) ? connecting.Result : "silence";
    }

    /// <summary>The errors of send(2) and of recv(2) on a connected datagram socket.</summary>
    internal static string Exchange(string address, int port)
    {
        var to = new IPEndPoint(IPAddress.Parse(address), port);
        using var socket = new Socket(to.AddressFamily, SocketType.Dgram, ProtocolType.Udp) { ReceiveTimeout = (int)Patience.TotalMilliseconds };
        socket.Connect(to);
        return $"{ErrorOf(() => socket.Send(new byte[600]))}/{ErrorOf(() => socket.Receive(new byte[8]))}";
    }

    private static string ErrorOf(Action work)
    {
        try
        {
            work();
            return nameof(SocketError.Success);
        }
        catch (SocketException e)
        {
            return e.SocketErrorCode is SocketError.TimedOut or SocketError.WouldBlock ? "silence" : $"{e.SocketErrorCode}";
        }
    }
}

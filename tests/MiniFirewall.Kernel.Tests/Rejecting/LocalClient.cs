using System.Net;
using System.Net.Sockets;

namespace MiniFirewall.Kernel.Tests.Rejecting;

/// <summary>What a program of the calling thread's namespace is told when it speaks to an address.</summary>
internal static class LocalClient
{
    private const int SolSocket = 1, SoError = 4;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(4);

    /// <summary>connect(2)'s error number; "time" where it waits on, 0 where it connects.</summary>
    internal static string Connect(string address, int port)
    {
        var to = new IPEndPoint(IPAddress.Parse(address), port);
        using var socket = new Socket(to.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { Blocking = false };
        try
        {
            socket.Connect(to);
        }
        catch (SocketException e) when (e.SocketErrorCode is SocketError.WouldBlock or SocketError.InProgress)
        {
        }
        catch (SocketException e)
        {
            return $"{e.NativeErrorCode}";
        }

        return socket.Poll(Patience, SelectMode.SelectWrite) ? $"{PendingError(socket)}" : "time";
    }

    /// <summary>The error numbers of send(2) and of recv(2) on a connected datagram socket.</summary>
    internal static string Exchange(string address, int port)
    {
        var to = new IPEndPoint(IPAddress.Parse(address), port);
        using var socket = new Socket(to.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        socket.Connect(to);
        string sent = ErrorOf(() => socket.Send(new byte[600]));
        return $"{sent} {(socket.Poll(Patience, SelectMode.SelectRead) ? ErrorOf(() => socket.Receive(new byte[8])) : "time")}";
    }

    private static int PendingError(Socket socket)
    {
        byte[] error = new byte[sizeof(int)];
        socket.GetRawSocketOption(SolSocket, SoError, error);
        return BitConverter.ToInt32(error);
    }

    private static string ErrorOf(Action work)
    {
        try
        {
            work();
            return "0";
        }
        catch (SocketException e)
        {
            return $"{e.NativeErrorCode}";
        }
    }
}

using System.Net.Sockets;
using System.Text;

namespace MiniFirewall.Cli.Services;

/// <summary>Tells the service manager how a service does (sd_notify(3)): a datagram to the socket that NOTIFY_SOCKET names.</summary>
internal static class ServiceNotification
{
    /// <summary>Does nothing where no manager asked, or where it no longer listens.</summary>
    /// <param name="state">Such as READY=1.</param>
    internal static void Send(string state)
    {
        if (Environment.GetEnvironmentVariable("NOTIFY_SOCKET") is not { Length: > 1 } name)
        {
            return;
        }

        try
        {
            using var socket = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);

            // "@" stands for the zero byte of an abstract name.
            string path = name[0] == '@' ? "\0" + name[1..] : name;
            socket.SendTo(Encoding.ASCII.GetBytes(state), new UnixDomainSocketEndPoint(path));
        }
        catch (SocketException)
        {
        }
    }
}

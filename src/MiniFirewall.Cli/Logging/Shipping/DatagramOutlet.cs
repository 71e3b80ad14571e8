using System.Net.Sockets;

namespace MiniFirewall.Cli.Logging.Shipping;

/// <summary>
/// Sends datagrams to a socket in the file system. Whoever listens there may be started anew: what is sent meanwhile is lost, and said
/// to be, once each time.
/// </summary>
/// <param name="path">The socket.</param>
/// <param name="who">Who listens there, for messages.</param>
internal sealed class DatagramOutlet(string path, string who) : IDisposable
{
    private readonly Socket _socket = new(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified) { SendBufferSize = 1 << 20 };
    private readonly UnixDomainSocketEndPoint _end = new(path);
    private bool _isSilent;

    internal void Send(byte[] datagram)
    {
        try
        {
            _socket.SendTo(datagram, _end);
            _isSilent = false;
        }
        catch (SocketException error)
        {
            if (!_isSilent)
            {
                Console.Error.WriteLine($"minifw: {who} does not take events at {path} ({error.Message}); they are lost until it does");
            }

            _isSilent = true;
        }
    }

    public void Dispose() => _socket.Dispose();
}

using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace MiniFirewall.Cli.Services.Metrics;

/// <summary>Where metrics are to be had: a port of the loopback interface, or a socket of the file system.</summary>
internal static class MetricsAddress
{
    internal const string Words = "a port of this machine (9717, 127.0.0.1:9717, [::1]:9717) or a path with a slash for a socket";

    /// <summary>The address that a word means; null where it is none, or one that others could reach.</summary>
    internal static EndPoint? TryParse(string word) => word switch
    {
        ['/', ..] => new UnixDomainSocketEndPoint(word),
        _ when ushort.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out ushort port) && port > 0 => new IPEndPoint(IPAddress.Loopback, port),
        _ when word.Contains(':', StringComparison.Ordinal) && IPEndPoint.TryParse(word, out IPEndPoint? address) && IPAddress.IsLoopback(address.Address) && address.Port > 0 => address,
        _ => null,
    };

    /// <exception cref="UsageException">Somebody has it already, or it cannot be had.</exception>
    internal static Socket Listen(EndPoint address)
    {
        var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            if (address is UnixDomainSocketEndPoint)
            {
                RemoveUnused(address);
            }

            socket.Bind(address);
            if (address is UnixDomainSocketEndPoint)
            {
                File.SetUnixFileMode(address.ToString()!, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.GroupWrite);
            }

            socket.Listen(MostWaiting);
            return socket;
        }
        catch (Exception refusal) when (refusal is SocketException or IOException or UnauthorizedAccessException)
        {
            socket.Dispose();
            throw new Engine.FirewallException(Engine.FirewallFailure.Refused, $"--metrics {address}: {refusal.Message}", refusal);
        }
    }

    private const int MostWaiting = 16;

    /// <summary>A socket's file that nobody listens at any more is of a service that was killed.</summary>
    private static void RemoveUnused(EndPoint address)
    {
        using var probe = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            probe.Connect(address);
        }
        catch (SocketException nobody) when (nobody.SocketErrorCode == SocketError.ConnectionRefused)
        {
            File.Delete(address.ToString()!);
        }
        catch (SocketException)
        {
        }
    }
}

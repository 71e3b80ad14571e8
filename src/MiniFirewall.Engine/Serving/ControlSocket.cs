using System.Net.Sockets;
using MiniFirewall.Engine.Home;
using MiniFirewall.Sys.Namespaces;

namespace MiniFirewall.Engine.Serving;

/// <summary>The control socket of a namespace's service: a stream socket in the directory of the state.</summary>
public static class ControlSocket
{
    internal const int MostWaiting = 8;

    internal static string NameOf(NetworkNamespace network) => $"serve-{network.Name}";

    /// <summary>A connection to the service of a namespace; null where none listens.</summary>
    public static Socket? TryConnect(FirewallEngine engine) => Refusals.Explained(() =>
    {
        ArgumentNullException.ThrowIfNull(engine);
        using HomeMount? home = HomeMount.TryOpen(HomeMount.UsualRoot);
        if (home is null)
        {
            return null;
        }

        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            socket.Connect(new UnixDomainSocketEndPoint(home.Home.PathOf(NameOf(engine.Namespace))));
            return socket;
        }
        catch (SocketException)
        {
            socket.Dispose();
            return null;
        }
    });
}

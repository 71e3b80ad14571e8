using System.Collections.Immutable;
using System.Diagnostics;
using System.Net.Sockets;
using MiniFirewall.Engine.Home;
using MiniFirewall.Engine.Names;
using MiniFirewall.Sys.Namespaces;

namespace MiniFirewall.Engine.Serving;

/// <summary>A service that runs, for those who ask it something meanwhile. On any thread.</summary>
public sealed class RunningService
{
    private readonly NameService _names;
    private readonly Func<long> _turnedAt;
    private readonly HomeMount _home;
    private readonly NetworkNamespace _network;

    internal RunningService(NameService names, Func<long> turnedAt, HomeMount home, NetworkNamespace network) =>
        (_names, _turnedAt, _home, _network) = (names, turnedAt, home, network);

    /// <summary>What is known of the host names of the rules in force; empty where there are none.</summary>
    public ImmutableArray<KnownName> Names => [.. _names.Book?.Names ?? []];

    /// <summary>How long ago its work was last seen to go on: a fraction of a second while all is well.</summary>
    public TimeSpan SinceTurn => Stopwatch.GetElapsedTime(_turnedAt());

    /// <summary>Has all host names asked for now; does not wait for that.</summary>
    public void RefreshNames() => _names.AskForAll();

    /// <summary>Listens at the service's control socket, which only its owner can open; its name goes with the service.</summary>
    [System.Runtime.Versioning.SupportedOSPlatform("linux")]
    public Socket ListenForControl()
    {
        string name = ControlSocket.NameOf(_network), path = _home.Home.PathOf(name);
        _home.Home.Remove(name);
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            socket.Bind(new UnixDomainSocketEndPoint(path));
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
            socket.Listen(ControlSocket.MostWaiting);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}

using MiniFirewall.Packets;

namespace MiniFirewall.Engine.Sockets;

/// <summary>The sockets of the calling thread's namespace that have ports (/proc/net/tcp, tcp6, udp and so on), looked at when asked.</summary>
internal sealed class SocketTable
{
    /// <summary>Sockets that are looked at, of a protocol and a family: more than that, and the rest is not known.</summary>
    private const int Most = 100_000;

    private readonly Dictionary<byte, LocalSocket[]> _read = [];

    /// <summary>Forgets what was read.</summary>
    internal void Clear() => _read.Clear();

    /// <summary>Sockets with a peer, read now; those that only wait for their time to be over are none.</summary>
    internal static IEnumerable<LocalSocket> Connected() =>
        new[] { "tcp", "tcp6", "udp", "udp6", "udplite", "udplite6" }.SelectMany(Read).Where(socket => socket.RemotePort != 0 && socket.Inode != 0);

    /// <summary>Inode of the socket that a packet belongs to at its end on this machine; 0 where none is there.</summary>
    internal ulong Find(Family family, byte protocol, (UInt128 Address, int Port) local, (UInt128 Address, int Port) remote)
    {
        bool isIPv4 = family == Family.IPv4;
        UInt128 here = isIPv4 ? LocalSocket.Mapped(local.Address) : local.Address, there = isIPv4 ? LocalSocket.Mapped(remote.Address) : remote.Address;
        ulong inode = 0;
        int best = 0;
        foreach (LocalSocket socket in Of(protocol))
        {
            int fit = socket.Inode == 0 ? 0 : socket.Fit(here, local.Port, there, remote.Port, isIPv4);
            if (fit > best)
            {
                (inode, best) = (socket.Inode, fit);
            }
        }

        return inode;
    }

    private LocalSocket[] Of(byte protocol)
    {
        if (!_read.TryGetValue(protocol, out LocalSocket[]? sockets))
        {
            sockets = NameOf(protocol) is { } name ? [.. Read(name), .. Read(name + "6")] : [];
            _read.Add(protocol, sockets);
        }

        return sockets;
    }

    private static string? NameOf(byte protocol) => protocol switch
    {
        IpProtocol.Tcp => "tcp",
        IpProtocol.Udp => "udp",
        IpProtocol.UdpLite => "udplite",
        _ => null,
    };

    private static LocalSocket[] Read(string name)
    {
        try
        {
            return [.. LocalSocket.ReadAll(name, Most)];
        }
        catch (IOException)
        {
            return [];
        }
    }
}

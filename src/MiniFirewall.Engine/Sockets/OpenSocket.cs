using MiniFirewall.Packets;

namespace MiniFirewall.Engine.Sockets;

/// <summary>A socket of this network namespace that is open and has a peer. Addresses as numbers in host order, IPv4's in the low 32 bits.</summary>
/// <param name="Protocol">TCP or UDP.</param>
/// <param name="Inode">The kernel's number for it; 0 where no process holds it.</param>
public sealed record OpenSocket(Family Family, byte Protocol, UInt128 Local, ushort LocalPort, UInt128 Remote, ushort RemotePort, ulong Inode)
{
    /// <summary>Sockets that are looked at, of a file of the kernel's: more than that, and the rest is not known.</summary>
    private const int Most = 100_000;

    private const int MappedPrefix = 0xffff;

    /// <summary>Those of the calling thread's namespace, as /proc/net/tcp, tcp6, udp and udp6 tell.</summary>
    public static IReadOnlyList<OpenSocket> ReadAll() => [.. Read("tcp", IpProtocol.Tcp), .. Read("tcp6", IpProtocol.Tcp), .. Read("udp", IpProtocol.Udp), .. Read("udp6", IpProtocol.Udp)];

    private static IEnumerable<OpenSocket> Read(string name, byte protocol) => SocketCounts.MayHave(name)
        ? LocalSocket.ReadAll(name, Most).Where(socket => socket.IsEstablished).Select(socket => Of(socket, protocol))
        : [];

    private static OpenSocket Of(LocalSocket socket, byte protocol)
    {
        Family family = socket.Remote >> 32 == MappedPrefix ? Family.IPv4 : Family.IPv6;
        return new(family, protocol, Plain(family, socket.Local), (ushort)socket.LocalPort, Plain(family, socket.Remote), (ushort)socket.RemotePort, socket.Inode);
    }

    private static UInt128 Plain(Family family, UInt128 address) => family == Family.IPv4 ? (uint)address : address;
}

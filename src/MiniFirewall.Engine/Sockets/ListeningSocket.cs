using System.Globalization;
using MiniFirewall.Compiler;
using MiniFirewall.Packets;

namespace MiniFirewall.Engine.Sockets;

/// <summary>A socket that waits for packets from anywhere.</summary>
/// <param name="Protocol">6 or 17.</param>
/// <param name="Families">Those whose packets it takes.</param>
/// <param name="Address">The address it is bound to, of its one family; null for every address.</param>
/// <param name="Process">Who holds it, where that may be seen.</param>
public sealed record ListeningSocket(byte Protocol, FamilySet Families, UInt128? Address, int Port, SendingProcess? Process)
{
    private const byte Tcp = 6, Udp = 17;

    // TCP_LISTEN, and TCP_CLOSE, which is what an unconnected UDP socket has (include/net/tcp_states.h).
    private const byte Listen = 10, Close = 7;

    /// <summary>Those of the calling thread's network namespace (/proc/net/tcp, udp and their IPv6 twins).</summary>
    /// <param name="withGivenPorts">UDP sockets at ports that the kernel gives out too: clients' mostly.</param>
    public static IReadOnlyList<ListeningSocket> ReadAll(bool withGivenPorts = false)
    {
        var holders = new SocketHolders();
        holders.Look();
        int firstGiven = withGivenPorts ? int.MaxValue : FirstGivenPort();
        return
        [
            .. Read(Tcp, Listen, holders),
            .. Read(Udp, Close, holders).Where(socket => socket.Port < firstGiven),
        ];
    }

    private static IEnumerable<ListeningSocket> Read(byte protocol, byte state, SocketHolders holders)
    {
        string name = protocol == Tcp ? "tcp" : "udp";
        List<ListeningSocket> v4 = [.. Read(protocol, name, state, holders, isV4: true)];
        HashSet<int> taken = [.. v4.Where(socket => socket.Address is null).Select(socket => socket.Port)];

        // A socket of IPv6 for every address takes IPv4 too, unless another one has the port there.
        IEnumerable<ListeningSocket> v6 = Read(protocol, name + "6", state, holders, isV4: false)
            .Select(socket => socket.Address is null && taken.Contains(socket.Port) ? socket with { Families = FamilySet.IPv6 } : socket);
        return v4.Concat(v6).DistinctBy(socket => (socket.Families, socket.Address, socket.Port));
    }

    private static IEnumerable<ListeningSocket> Read(byte protocol, string file, byte state, SocketHolders holders, bool isV4)
    {
        foreach (LocalSocket socket in LocalSocket.ReadAll(file).Where(socket => socket.State == state && socket.RemotePort == 0))
        {
            UInt128 address = isV4 ? (uint)socket.Local : socket.Local;
            yield return new(protocol, isV4 ? FamilySet.IPv4 : address == 0 ? FamilySet.Both : FamilySet.IPv6, address == 0 ? null : address, socket.LocalPort, holders.TryGet(socket.Inode));
        }
    }

    private static int FirstGivenPort()
    {
        const string File = "/proc/sys/net/ipv4/ip_local_port_range";
        const int Usual = 32768;
        return System.IO.File.Exists(File) && int.TryParse(System.IO.File.ReadAllText(File).Split('\t', ' ')[0], NumberStyles.None, CultureInfo.InvariantCulture, out int first) ? first : Usual;
    }
}

using System.Buffers.Binary;
using System.Globalization;

namespace MiniFirewall.Engine.Sockets;

/// <summary>A socket as /proc/net tells of it: its own end, the other one, and its inode. Addresses of IPv4 are mapped (::ffff:a.b.c.d).</summary>
internal readonly record struct LocalSocket(UInt128 Local, int LocalPort, UInt128 Remote, int RemotePort, ulong Inode)
{
    /// <summary>TCP's state as the kernel numbers it; 1 also for a connected UDP socket.</summary>
    internal byte State { get; private init; }

    /// <summary>It is open and has a peer.</summary>
    internal bool IsEstablished => State == 1 && RemotePort != 0;

    /// <summary>Before the 32 bits of an IPv4 address in one of IPv6.</summary>
    internal static UInt128 Mapped(UInt128 address) => address | ((UInt128)0xffff << 32);

    /// <summary>Those of the calling thread's namespace that a file of /proc/net lists, one by one; none where the kernel has no such file.</summary>
    /// <param name="name">tcp, udp6 and so on.</param>
    /// <param name="mostLines">Lines that are looked at.</param>
    internal static IEnumerable<LocalSocket> ReadAll(string name, int mostLines = int.MaxValue)
    {
        string path = $"/proc/thread-self/net/{name}";
        return File.Exists(path) ? File.ReadLines(path).Take(mostLines).Select(Parse).OfType<LocalSocket>() : [];
    }

    /// <summary>A line of /proc/net/tcp, udp and so on; null for their headings.</summary>
    internal static LocalSocket? Parse(string line)
    {
        const int LocalField = 1, RemoteField = 2, StateField = 3, InodeField = 9;
        string[] fields = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return fields.Length > InodeField && ulong.TryParse(fields[InodeField], NumberStyles.None, CultureInfo.InvariantCulture, out ulong inode)
            && ParseEnd(fields[LocalField]) is { } local && ParseEnd(fields[RemoteField]) is { } remote
            ? new(local.Address, local.Port, remote.Address, remote.Port, inode)
            {
                State = byte.TryParse(fields[StateField], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out byte state) ? state : (byte)0,
            }
            : null;
    }

    /// <summary>How well it fits a packet's ends: 0 not at all; a socket with a peer fits best, then one with an address of its own.</summary>
    internal int Fit(UInt128 local, int localPort, UInt128 remote, int remotePort, bool isIPv4)
    {
        if (LocalPort != localPort || (!IsAny(Local, isIPv4) && Local != local))
        {
            return 0;
        }

        if (RemotePort != 0)
        {
            return RemotePort == remotePort && Remote == remote ? 3 : 0;
        }

        return Local == local ? 2 : 1;
    }

    /// <summary>No address: of IPv6 :: and of IPv4 0.0.0.0; a socket of IPv6 that listens everywhere hears IPv4 too.</summary>
    private static bool IsAny(UInt128 address, bool isIPv4) => address == 0 || (isIPv4 && address == Mapped(0));

    /// <summary>Words of 32 bits in the machine's order, as hexadecimal digits: one of IPv4, four of IPv6.</summary>
    private static (UInt128 Address, int Port)? ParseEnd(string field)
    {
        int colon = field.IndexOf(':', StringComparison.Ordinal);
        if (colon is not (8 or 32) || !int.TryParse(field.AsSpan(colon + 1), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out int port))
        {
            return null;
        }

        UInt128 address = 0;
        for (int at = 0; at < colon; at += 8)
        {
            if (!uint.TryParse(field.AsSpan(at, 8), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out uint word))
            {
                return null;
            }

            address = (address << 32) | BinaryPrimitives.ReverseEndianness(word);
        }

        return (colon == 8 ? Mapped(address) : address, port);
    }
}

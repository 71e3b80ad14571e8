using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;

namespace MiniFirewall.Rules.Names;

/// <summary>Asks the machine's own resolver (getaddrinfo), as iptables does. Blocks until it answers.</summary>
public sealed class SystemNameResolver : INameResolver
{
    private SystemNameResolver()
    {
    }

    public static SystemNameResolver Instance { get; } = new();

    public NameAddresses? Resolve(string name)
    {
        try
        {
            IPAddress[] addresses = Dns.GetHostAddresses(name);
            return addresses.Length == 0 ? null : new NameAddresses(
                [.. Of(addresses, AddressFamily.InterNetwork).Select(bytes => (UInt128)BinaryPrimitives.ReadUInt32BigEndian(bytes))],
                [.. Of(addresses, AddressFamily.InterNetworkV6).Select(bytes => BinaryPrimitives.ReadUInt128BigEndian(bytes))]);
        }
        catch (Exception e) when (e is SocketException or ArgumentException)
        {
            return null;
        }
    }

    private static IEnumerable<byte[]> Of(IPAddress[] addresses, AddressFamily family) =>
        addresses.Where(address => address.AddressFamily == family).Select(address => address.GetAddressBytes());
}

using System.Net;
using MiniFirewall.Packets;

namespace MiniFirewall.Kernel.Tests.Support;

/// <summary>The addresses a test namespace itself uses; packets may carry any others.</summary>
internal static class AddressPlan
{
    /// <summary>Where locally sent packets are routed to, whatever their header says.</summary>
    internal static byte[] RemoteV4 { get; } = IPAddress.Parse("192.0.2.1").GetAddressBytes();

    internal static byte[] RemoteV6 { get; } = IPAddress.Parse("2001:db8:ffff::1").GetAddressBytes();

    /// <summary>The next hop of every route: one neighbour entry an interface, however many destinations.</summary>
    internal static byte[] Gateway(Family family) =>
        IPAddress.Parse(family == Family.IPv4 ? "192.0.2.254" : "2001:db8:ffff::fe").GetAddressBytes();
}

using MiniFirewall.Packets;

namespace MiniFirewall.Testing.ClassBench;

/// <summary>
/// Puts IPv4 addresses into IPv6 so that prefixes keep their nesting and get lengths that are usual there: 2001:db8::/32 stands
/// before the address, a network of length n has length 32 + n, and a host is a whole address with an interface identifier.
/// </summary>
internal static class Embedding
{
    private const int Shift = 32;

    private static readonly (byte A, byte B)[] s_swaps =
        [(IpProtocol.Icmp, IpProtocol.Icmpv6), (0, 250), (43, 251), (44, 252), (IpProtocol.Authentication, 253), (60, 254)];

    private static readonly UInt128 s_front = (UInt128)0x20010db8 << 96;

    internal static UInt128 Address(Family family, uint address) =>
        family == Family.IPv4 ? address : s_front | ((UInt128)address << 64) | Identifier(address);

    /// <summary>ICMP changes places with ICMPv6, and what is an extension header in IPv6 with a protocol that hardly occurs.</summary>
    internal static byte Protocol(Family family, byte protocol)
    {
        (byte A, byte B) pair = family == Family.IPv4 ? default : Array.Find(s_swaps, swap => swap.A == protocol || swap.B == protocol);
        return pair == default ? protocol : pair.A == protocol ? pair.B : pair.A;
    }

    /// <summary>ADDRESS/LENGTH.</summary>
    internal static string Text(Family family, Prefix prefix)
    {
        bool isHost = prefix.Length == 32;
        UInt128 address = family == Family.IPv4 || isHost ? Address(family, prefix.Address) : s_front | ((UInt128)prefix.Address << 64);
        int length = family == Family.IPv4 ? prefix.Length : isHost ? 128 : Shift + prefix.Length;
        return $"{AddressText.Format(family, address)}/{length}";
    }

    /// <summary>A whole function of the address, so that a rule and a packet of one host agree.</summary>
    private static ulong Identifier(uint address) => address * 0x9e37_79b9_7f4a_7c15UL;
}

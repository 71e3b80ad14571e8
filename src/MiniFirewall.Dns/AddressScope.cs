using MiniFirewall.Packets;

namespace MiniFirewall.Dns;

/// <summary>What kinds of addresses a name may have.</summary>
public static class AddressScope
{
    private static readonly (Family Family, UInt128 Address, int Bits)[] s_never =
    [
        V4(0, 8), V4(224 << 24, 4), V4(240 << 24, 4),
        V6(0, 0, 128), V6(0xff00, 0, 8), V6(0, 0xffff_0000_0000, 96),
    ];

    private static readonly (Family Family, UInt128 Address, int Bits)[] s_private =
    [
        V4(10 << 24, 8), V4(127 << 24, 8), V4((100 << 24) | (64 << 16), 10), V4((169 << 24) | (254 << 16), 16),
        V4((172 << 24) | (16 << 16), 12), V4((192 << 24) | (168 << 16), 16),
        V6(0, 1, 128), V6(0xfc00, 0, 7), V6(0xfe80, 0, 10), V6(0xfec0, 0, 10),
    ];

    /// <summary>No host has it: unspecified, "this network", multicast, broadcast, reserved, or an IPv4 address in IPv6's clothes.</summary>
    public static bool IsNobodys(Family family, UInt128 address) => Array.Exists(s_never, range => Holds(range, family, address));

    /// <summary>It belongs to whatever network one is in: loopback, link-local, RFC 1918, RFC 6598, RFC 4193, site-local.</summary>
    public static bool IsPrivate(Family family, UInt128 address) => Array.Exists(s_private, range => Holds(range, family, address));

    private static bool Holds((Family Family, UInt128 Address, int Bits) range, Family family, UInt128 address)
    {
        int rest = (family == Family.IPv4 ? 32 : 128) - range.Bits;
        return range.Family == family && address >> rest == range.Address >> rest;
    }

    private static (Family Family, UInt128 Address, int Bits) V4(long address, int bits) => (Family.IPv4, (uint)address, bits);

    private static (Family Family, UInt128 Address, int Bits) V6(ulong firstGroup, ulong low, int bits) => (Family.IPv6, new UInt128(firstGroup << 48, low), bits);
}

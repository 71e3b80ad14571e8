using CsCheck;
using MiniFirewall.Packets;

namespace MiniFirewall.Testing.Packets;

/// <summary>Keeps to addresses that routers forward and hosts take from a wire.</summary>
internal static class WireAddress
{
    internal static Gen<UInt128> Gen(Gen<UInt128> any, Family family, bool realizable) =>
        realizable ? any.Select(a => Near(family, a)) : any;

    /// <summary>The address itself where it may travel, else one that differs in its first byte.</summary>
    internal static UInt128 Near(Family family, UInt128 address) => family == Family.IPv4 ? UnicastV4((uint)address) : UnicastV6(address);

    /// <summary>Not of 0/8, 127/8, 169.254/16 or from 224.0.0.0 on: such an address gets 10 as its first byte.</summary>
    private static uint UnicastV4(uint address) =>
        address >> 24 is 0 or 127 or >= 224 || address >> 16 == 0xa9fe ? (address & 0x00ff_ffff) | 0x0a00_0000 : address;

    /// <summary>Of 2000::/3 or fd00::/8, where every other address is moved to.</summary>
    private static UInt128 UnicastV6(UInt128 address)
    {
        byte first = (byte)(address >> 120);
        return first >> 5 == 1 || first == 0xfd ? address : (address & (UInt128.MaxValue >> 8)) | ((UInt128)0xfd << 120);
    }
}

using System.Buffers.Binary;

namespace MiniFirewall.Packets;

/// <summary>What an address is to the machine's routing. Values are the kernel's RTN_* (include/uapi/linux/rtnetlink.h).</summary>
public enum AddressType : byte
{
    Unspecified = 0,
    Unicast = 1,
    Local = 2,
    Broadcast = 3,
    Anycast = 4,
    Multicast = 5,
    Blackhole = 6,
    Unreachable = 7,
    Prohibit = 8,
    Throw = 9,
    Nat = 10,
    ExternalResolve = 11,
}

/// <summary>What an address is as the local routing table says, and what it is to one interface only.</summary>
/// <param name="Anywhere">Whatever the interface.</param>
/// <param name="ThroughIn">Unicast, where the route is not one of the interface that the packet came in by.</param>
/// <param name="ThroughOut">The same of the interface that it leaves by.</param>
public readonly record struct AddressTypes(AddressType Anywhere, AddressType ThroughIn, AddressType ThroughOut)
{
    public static AddressTypes Same(AddressType type) => new(type, type, type);

    /// <summary>
    /// The usual case, for a packet of which nothing more is known: what comes in is for this machine, what goes out is from it,
    /// and any other address is another machine's.
    /// </summary>
    internal static AddressTypes UsualOf(Packet packet, bool isSource)
    {
        ReadOnlySpan<byte> address = packet.Family == Family.IPv4
            ? packet.Bytes.Slice(isSource ? 12 : 16, 4)
            : packet.Bytes.Slice(isSource ? 8 : 24, 16);
        bool isOurs = packet.Hook == (isSource ? Hook.LocalOut : Hook.LocalIn);
        return Same(Fixed(packet.Family, address) ?? (isOurs ? AddressType.Local : AddressType.Unicast));
    }

    /// <summary>The addresses whose type no route changes (net/ipv4/fib_frontend.c, __inet_dev_addr_type).</summary>
    private static AddressType? Fixed(Family family, ReadOnlySpan<byte> address)
    {
        if (family == Family.IPv6)
        {
            return address[0] == 0xff ? AddressType.Multicast : null;
        }

        return BinaryPrimitives.ReadUInt32BigEndian(address) is 0 or 0xffff_ffff ? AddressType.Broadcast
            : address[0] >> 4 == 14 ? AddressType.Multicast
            : null;
    }
}

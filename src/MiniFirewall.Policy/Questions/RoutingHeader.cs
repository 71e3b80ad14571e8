using System.Buffers.Binary;
using System.Collections.Immutable;
using MiniFirewall.Packets;

namespace MiniFirewall.Policy.Questions;

/// <summary>
/// The packet has an IPv6 routing header, all of it is there, and it is so (net/ipv6/netfilter/ip6t_rt.c, rt_mt6).
/// </summary>
/// <param name="Type">The routing type, or its opposite; null where not asked. A number above 255 is no header's type.</param>
/// <param name="SegmentsLeft">Null where not asked.</param>
/// <param name="Length">The header's length in bytes; null where not asked.</param>
/// <param name="IsReservedZero">The four reserved bytes of a header of type 0 are zero.</param>
/// <param name="Addresses">
/// The header's addresses are these, in this order and no others; or, where <paramref name="IsAnyAmong"/>, these stand among them
/// in this order. Empty where not asked.
/// </param>
public sealed record RoutingHeader(
    NumberTest? Type, NumberTest? SegmentsLeft, NumberTest? Length, bool IsReservedZero, ImmutableArray<UInt128> Addresses, bool IsAnyAmong) : Question
{
    private const int AddressesAt = 8, AddressBytes = 16;

    public override bool Ask(Packet packet)
    {
        var search = HeaderSearch.For(IPv6HeaderNumber.Routing, packet.Bytes);
        if (search.End != HeaderSearchEnd.Found)
        {
            return false;
        }

        ReadOnlySpan<byte> header = packet.Bytes[search.Offset..];
        int length = (header[1] + 1) * 8;
        if (header.Length < length)
        {
            return false;
        }

        return (SegmentsLeft?.Holds(header[3]) ?? true)
            && (Length?.Holds((uint)length) ?? true)
            && (Type?.Holds(header[2]) ?? true)
            && !(IsReservedZero && BinaryPrimitives.ReadUInt32BigEndian(header[4..]) != 0)
            && (Addresses.IsEmpty || HasAddresses(header[AddressesAt..length]));
    }

    public bool Equals(RoutingHeader? other) => other is not null && Type == other.Type && SegmentsLeft == other.SegmentsLeft
        && Length == other.Length && IsReservedZero == other.IsReservedZero && IsAnyAmong == other.IsAnyAmong
        && Addresses.AsSpan().SequenceEqual(other.Addresses.AsSpan());

    public override int GetHashCode() => HashCode.Combine(Type, SegmentsLeft, Length, IsReservedZero, Addresses.Length, IsAnyAmong);

    public override string ToString() =>
        $"RoutingHeader {Type} {SegmentsLeft} {Length} {IsReservedZero} {IsAnyAmong} {string.Join(',', Addresses)}";

    private bool HasAddresses(ReadOnlySpan<byte> area)
    {
        int count = area.Length / AddressBytes, met = 0;
        for (int i = 0; i < count && met < Addresses.Length; i++)
        {
            UInt128 address = BinaryPrimitives.ReadUInt128BigEndian(area[(i * AddressBytes)..]);
            if (address == Addresses[met])
            {
                met++;
            }
            else if (!IsAnyAmong)
            {
                return false;
            }
        }

        return met == Addresses.Length && (IsAnyAmong || met == count);
    }
}

using System.Buffers.Binary;
using MiniFirewall.Packets;

namespace MiniFirewall.Policy.Questions;

/// <summary>
/// The packet has an IPv6 fragment header, of eight bytes that are all there, and it is so (net/ipv6/netfilter/ip6t_frag.c,
/// frag_mt6).
/// </summary>
/// <param name="Low">The ends of the range of identifications, both of them in it.</param>
/// <param name="NotInRange">The identification lies outside.</param>
/// <param name="IsReservedZero">The reserved byte and the two reserved bits are zero.</param>
/// <param name="IsFirst">The fragment's offset is zero.</param>
/// <param name="HasMore">More fragments follow; null where not asked.</param>
public sealed record FragmentHeader(uint Low, uint High, bool NotInRange, bool IsReservedZero, bool IsFirst, bool? HasMore) : Question
{
    public const int Bytes = 8;

    public override Question Code => this with { Low = 0, High = 0 };

    public override ulong Argument => ((ulong)High << 32) | Low;

    public override bool Ask(Packet packet)
    {
        var search = HeaderSearch.For(IPv6HeaderNumber.Fragment, packet.Bytes);
        if (search.End != HeaderSearchEnd.Found || search.Offset + Bytes > packet.Bytes.Length)
        {
            return false;
        }

        ReadOnlySpan<byte> header = packet.Bytes[search.Offset..];
        ushort offsetAndFlags = BinaryPrimitives.ReadUInt16BigEndian(header[2..]);
        uint identification = BinaryPrimitives.ReadUInt32BigEndian(header[4..]);
        return (identification >= Low && identification <= High) != NotInRange
            && !(IsReservedZero && (header[1] != 0 || (offsetAndFlags & 6) != 0))
            && !(IsFirst && (offsetAndFlags & 0xfff8) != 0)
            && (HasMore is not { } more || (offsetAndFlags & 1) != 0 == more);
    }
}

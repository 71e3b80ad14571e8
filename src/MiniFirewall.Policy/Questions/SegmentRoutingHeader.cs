using System.Buffers.Binary;
using System.Collections.Immutable;
using MiniFirewall.Packets;

namespace MiniFirewall.Policy.Questions;

/// <summary>A number of a segment routing header (RFC 8754 section 2), as its bytes have it.</summary>
public enum SegmentNumber
{
    NextHeader,

    /// <summary>Its length in 8-byte units, without the first.</summary>
    ExtensionLength,
    SegmentsLeft,
    LastEntry,

    /// <summary>In the machine's byte order, little-endian, as the kernel compares it, though the header has it in network byte order.</summary>
    Tag,
}

/// <summary>A segment in the list of a segment routing header, whose order is that of the path backwards.</summary>
public enum SegmentPlace
{
    /// <summary>The one before the active one: index segments left + 1.</summary>
    Previous,

    /// <summary>The one behind the active one: index segments left - 1.</summary>
    Next,

    /// <summary>The path's last: index 0.</summary>
    Last,
}

/// <summary>A number of the header lies in the test's range.</summary>
public readonly record struct SegmentNumberTest(SegmentNumber Number, NumberTest Test);

/// <summary>A segment equals the address under the mask, or does not where negated; there has to be one either way.</summary>
public readonly record struct SegmentTest(SegmentPlace Place, UInt128 Address, UInt128 Mask, bool Negated);

/// <summary>
/// The packet has an IPv6 routing header, it is one of segment routing, all of it is there, its segments left are within its list,
/// and it is so (net/ipv6/netfilter/ip6t_srh.c, srh1_mt6). A segment may lie behind the header, where the packet goes on.
/// </summary>
public sealed record SegmentRoutingHeader(ImmutableArray<SegmentNumberTest> Numbers, ImmutableArray<SegmentTest> Segments) : Question
{
    /// <summary>The routing type of segment routing (RFC 8754 section 2).</summary>
    public const byte RoutingType = 4;

    private const int Fixed = 8, SegmentBytes = 16;

    public override bool Ask(Packet packet)
    {
        var search = HeaderSearch.For(IPv6HeaderNumber.Routing, packet.Bytes);
        if (search.End != HeaderSearchEnd.Found)
        {
            return false;
        }

        ReadOnlySpan<byte> header = packet.Bytes[search.Offset..];
        if (header.Length < (header[1] + 1) * 8 || header[2] != RoutingType || header[3] > header[4])
        {
            return false;
        }

        foreach (SegmentNumberTest number in Numbers)
        {
            if (!number.Test.Holds(Read(header, number.Number)))
            {
                return false;
            }
        }

        foreach (SegmentTest segment in Segments)
        {
            if (!Holds(header, segment))
            {
                return false;
            }
        }

        return true;
    }

    public bool Equals(SegmentRoutingHeader? other) => other is not null
        && Numbers.AsSpan().SequenceEqual(other.Numbers.AsSpan()) && Segments.AsSpan().SequenceEqual(other.Segments.AsSpan());

    public override int GetHashCode() => Numbers.Aggregate(Segments.Length, HashCode.Combine);

    public override string ToString() => $"SegmentRoutingHeader {string.Join(',', Numbers)} {string.Join(',', Segments)}";

    private static uint Read(ReadOnlySpan<byte> header, SegmentNumber number) => number switch
    {
        SegmentNumber.NextHeader => header[0],
        SegmentNumber.ExtensionLength => header[1],
        SegmentNumber.SegmentsLeft => header[3],
        SegmentNumber.LastEntry => header[4],
        _ => BinaryPrimitives.ReadUInt16LittleEndian(header[6..]),
    };

    private static bool Holds(ReadOnlySpan<byte> header, SegmentTest segment)
    {
        byte left = header[3], last = header[4];
        int? index = segment.Place switch
        {
            SegmentPlace.Previous => left == last ? null : left + 1,
            SegmentPlace.Next => left == 0 ? null : left - 1,
            _ => 0,
        };
        if (index is not { } at || header.Length < Fixed + ((at + 1) * SegmentBytes))
        {
            return false;
        }

        UInt128 address = BinaryPrimitives.ReadUInt128BigEndian(header[(Fixed + (at * SegmentBytes))..]);
        return ((address ^ segment.Address) & segment.Mask) == 0 != segment.Negated;
    }
}

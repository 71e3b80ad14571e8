using System.Buffers.Binary;

namespace MiniFirewall.Packets;

/// <summary>How a search for an IPv6 extension header ended.</summary>
public enum HeaderSearchEnd
{
    Found,

    /// <summary>The chain ends without it, or goes on in another fragment (-ENOENT).</summary>
    Absent,

    /// <summary>The packet ends inside the chain (-EBADMSG).</summary>
    Broken,
}

/// <summary>
/// The first extension header of a kind in an IPv6 packet, with the meaning of net/ipv6/exthdrs_core.c, ipv6_find_hdr with a
/// target: headers are stepped over by their lengths, and end before the packet does (since 2026); a fragment header with an offset is
/// the last one there is; of the header that is found two bytes are there, of a routing header four, of a fragment header four.
/// </summary>
/// <param name="Offset">Bytes from the network header; 0 where not found.</param>
public readonly record struct HeaderSearch(HeaderSearchEnd End, int Offset)
{
    private const int NetworkHeader = 40;

    /// <param name="header">An extension header's number: 0, 43, 44, 51 or 60.</param>
    /// <param name="packet">From the network header on.</param>
    public static HeaderSearch For(byte header, ReadOnlySpan<byte> packet)
    {
        if (packet.Length < NetworkHeader)
        {
            return new(HeaderSearchEnd.Broken, 0);
        }

        byte next = packet[6];
        int offset = NetworkHeader;
        while (true)
        {
            if (!IsExtension(next))
            {
                return new(HeaderSearchEnd.Absent, 0);
            }

            int needed = next is IPv6HeaderNumber.Routing or IPv6HeaderNumber.Fragment ? 4 : 2;
            if (offset + needed > packet.Length)
            {
                return new(HeaderSearchEnd.Broken, 0);
            }

            if (next == header)
            {
                return new(HeaderSearchEnd.Found, offset);
            }

            if (next == IPv6HeaderNumber.Fragment && (BinaryPrimitives.ReadUInt16BigEndian(packet[(offset + 2)..]) & 0xfff8) != 0)
            {
                return new(HeaderSearchEnd.Absent, 0);
            }

            int length = IPv6HeaderNumber.LengthOf(next, packet[offset + 1]);
            next = packet[offset];
            offset += length;
            if (offset > packet.Length)
            {
                return new(HeaderSearchEnd.Broken, 0);
            }
        }
    }

    private static bool IsExtension(byte header) => header is IPv6HeaderNumber.HopByHop or IPv6HeaderNumber.Routing
        or IPv6HeaderNumber.Fragment or IPv6HeaderNumber.Authentication or IPv6HeaderNumber.DestinationOptions;
}

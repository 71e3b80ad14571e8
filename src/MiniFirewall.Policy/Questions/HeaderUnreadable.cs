using MiniFirewall.Packets;

namespace MiniFirewall.Policy.Questions;

/// <summary>
/// A search for an IPv6 extension header does not come to its end, since the packet ends before, or comes to a header that the
/// packet has not all bytes of. Most matches that look into such a header drop the packet then (net/ipv6/netfilter/ip6t_frag.c,
/// ip6t_rt.c, ip6t_hbh.c).
/// </summary>
/// <param name="Header">The header's number: 0, 43, 44, 51 or 60.</param>
/// <param name="Size">How many of its bytes must be there where it says that it has fewer.</param>
public sealed record HeaderUnreadable(byte Header, int Size = 0) : Question
{
    public override bool Ask(Packet packet)
    {
        var search = HeaderSearch.For(Header, packet.Bytes);
        return search.End == HeaderSearchEnd.Broken
            || (search.End == HeaderSearchEnd.Found
                && search.Offset + Math.Max(Size, IPv6HeaderNumber.LengthOf(Header, packet.Bytes[search.Offset + 1])) > packet.Bytes.Length);
    }
}

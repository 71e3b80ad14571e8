using MiniFirewall.Packets;

namespace MiniFirewall.Policy.Questions;

/// <summary>Kinds of headers of an IPv6 packet (include/uapi/linux/netfilter_ipv6/ip6t_ipv6header.h, MASK_*).</summary>
[Flags]
public enum HeaderKindSet
{
    None = 0,

    /// <summary>Anything that is no extension header.</summary>
    Transport = 0x01,
    NoNextHeader = 0x02,
    Esp = 0x04,
    Authentication = 0x08,
    Fragment = 0x10,
    Routing = 0x20,
    DestinationOptions = 0x40,
    HopByHop = 0x80,
    All = 0xff,
}

/// <summary>
/// The IPv6 packet consists of headers of these kinds (net/ipv6/netfilter/ip6t_ipv6header.c, ipv6header_mt6). Its walk goes on
/// behind every fragment header, whatever the offset. No, negated or not, where the packet ends inside its chain of headers.
/// </summary>
/// <param name="IsSoft">All of these kinds are there, or none of them where negated; otherwise these and no others, or not exactly these.</param>
public sealed record HeaderKinds(HeaderKindSet Kinds, bool IsSoft, bool Negated) : Question
{
    public override Question Code => this with { Kinds = HeaderKindSet.None };

    public override ulong Argument => (ulong)Kinds;

    public override bool Ask(Packet packet)
    {
        if (Walk(packet.Bytes) is not { } met)
        {
            return false;
        }

        return IsSoft ? (met & Kinds) == (Negated ? HeaderKindSet.None : Kinds) : met == Kinds != Negated;
    }

    /// <summary>The kinds that the packet has; null where it ends before a header's first two bytes.</summary>
    private static HeaderKindSet? Walk(ReadOnlySpan<byte> packet)
    {
        if (packet.Length < 40)
        {
            return null;
        }

        HeaderKindSet met = HeaderKindSet.None;
        byte next = packet[6];
        int offset = 40;

        // A header may end beyond the packet: what follows it then counts as a transport header.
        while (KindOf(next) is { } kind && offset <= packet.Length)
        {
            if (kind == HeaderKindSet.NoNextHeader)
            {
                return met | kind;
            }

            if (offset + 2 > packet.Length)
            {
                return null;
            }

            met |= kind;
            if (kind == HeaderKindSet.Esp)
            {
                return met;
            }

            int length = IPv6HeaderNumber.LengthOf(next, packet[offset + 1]);
            next = packet[offset];
            offset += length;
        }

        return next is IPv6HeaderNumber.NoNextHeader or IPv6HeaderNumber.Esp ? met : met | HeaderKindSet.Transport;
    }

    private static HeaderKindSet? KindOf(byte header) => header switch
    {
        IPv6HeaderNumber.HopByHop => HeaderKindSet.HopByHop,
        IPv6HeaderNumber.Routing => HeaderKindSet.Routing,
        IPv6HeaderNumber.Fragment => HeaderKindSet.Fragment,
        IPv6HeaderNumber.Esp => HeaderKindSet.Esp,
        IPv6HeaderNumber.Authentication => HeaderKindSet.Authentication,
        IPv6HeaderNumber.NoNextHeader => HeaderKindSet.NoNextHeader,
        IPv6HeaderNumber.DestinationOptions => HeaderKindSet.DestinationOptions,
        _ => null,
    };
}

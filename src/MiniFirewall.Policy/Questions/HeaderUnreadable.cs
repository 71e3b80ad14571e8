using MiniFirewall.Packets;

namespace MiniFirewall.Policy.Questions;

/// <summary>
/// A search for an IPv6 extension header does not come to its end, since the packet ends before, or comes to a header of fewer
/// than <paramref name="Bytes"/> bytes. The matches that look into such a header drop the packet then.
/// </summary>
/// <param name="Header">The header's number: 0, 43, 44 or 60.</param>
public sealed record HeaderUnreadable(byte Header, int Bytes) : Question
{
    public override bool Ask(Packet packet)
    {
        var search = HeaderSearch.For(Header, packet.Bytes);
        return search.End == HeaderSearchEnd.Broken
            || (search.End == HeaderSearchEnd.Found && search.Offset + Bytes > packet.Bytes.Length);
    }
}

using MiniFirewall.Packets;

namespace MiniFirewall.Policy.Questions;

/// <summary>
/// An IPv6 packet's chain of extension headers is broken before it is known whether it has one of this kind, or the packet ends
/// within the first bytes of that header, or before the length that it says it has.
/// </summary>
/// <param name="Kind">The header's number: of an extension header (0, 43, 44, 51 or 60).</param>
/// <param name="Size">How many of the header's bytes must be there.</param>
public sealed record ExtensionCut(byte Kind, int Size) : Question
{
    public override bool Ask(Packet packet)
    {
        ArgumentNullException.ThrowIfNull(packet);
        var search = HeaderSearch.For(Kind, packet.Bytes);
        return search.End == HeaderSearchEnd.Broken
            || (search.End == HeaderSearchEnd.Found
                && search.Offset + Math.Max(Size, IPv6HeaderNumber.LengthOf(Kind, packet.Bytes[search.Offset + 1])) > packet.Bytes.Length);
    }
}

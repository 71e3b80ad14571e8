using System.Collections.Immutable;
using MiniFirewall.Packets;

namespace MiniFirewall.Policy.Questions;

/// <summary>
/// A DCCP header's options are not all there, or end before they can begin (net/netfilter/xt_dccp.c, dccp_find_option). The
/// header's first twelve bytes are there.
/// </summary>
public sealed record DccpOptionsCut : Question
{
    public override ImmutableArray<Field> Reads => [Field.FragmentOffset, Field.TransportLength, Field.ChainBroken];

    public override bool Ask(Packet packet)
    {
        ReadOnlySpan<byte> header = packet.TransportBytes;
        int from = DccpHeader.OptionsAt(header), end = DccpHeader.OptionsEnd(header);
        return end < from || (end > from && end > header.Length);
    }
}

using System.Collections.Immutable;
using MiniFirewall.Packets;

namespace MiniFirewall.Policy.Questions;

/// <summary>
/// A DCCP header has an option of this kind (net/netfilter/xt_dccp.c, dccp_find_option: kinds 0 and 1 are one byte long, a length
/// of zero counts as one). The options are all there (<see cref="DccpOptionsCut"/>).
/// </summary>
public sealed record DccpOption(byte Kind) : Question
{
    public override ImmutableArray<Field> Reads => [Field.FragmentOffset, Field.TransportLength, Field.ChainBroken];

    public override Question Code => this with { Kind = 0 };

    public override ulong Argument => Kind;

    public override bool Ask(Packet packet)
    {
        ReadOnlySpan<byte> header = packet.TransportBytes;
        int at = DccpHeader.OptionsAt(header), end = DccpHeader.OptionsEnd(header);
        while (at < end)
        {
            if (header[at] == Kind)
            {
                return true;
            }

            bool isSingle = header[at] < 2 || at + 1 == end;
            at += isSingle ? 1 : Math.Max((int)header[at + 1], 1);
        }

        return false;
    }
}

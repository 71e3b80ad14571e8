using System.Collections.Immutable;
using MiniFirewall.Packets;

namespace MiniFirewall.Policy.Questions;

/// <summary>The packet type of a DCCP header (RFC 4340, 5.1) is one of a set. The header's first twelve bytes are there.</summary>
/// <param name="Types">Bit N is type N.</param>
public sealed record DccpType(ushort Types) : Question
{
    public override ImmutableArray<Field> Reads => [Field.FragmentOffset, Field.TransportLength, Field.ChainBroken];

    public override Question Code => this with { Types = 0 };

    public override ulong Argument => Types;

    public override bool Ask(Packet packet) => ((Types >> DccpHeader.TypeOf(packet.TransportBytes)) & 1) != 0;
}

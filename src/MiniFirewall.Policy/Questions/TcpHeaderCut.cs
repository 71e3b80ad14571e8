using System.Collections.Immutable;
using MiniFirewall.Packets;

namespace MiniFirewall.Policy.Questions;

/// <summary>
/// The bytes at the protocol's offset (<see cref="HeaderStart.Protocol"/>) are no whole TCP header with its options, or one that
/// claims less than its fixed part.
/// </summary>
public sealed record TcpHeaderCut : Question
{
    internal const int FixedSize = 20;

    public override ImmutableArray<Field> Reads => [Field.FragmentOffset, Field.TransportLength, Field.ChainBroken];

    public override bool Ask(Packet packet) => HeaderSize(packet) == 0;

    /// <summary>Bytes of the header, options included; 0 where it is cut.</summary>
    internal static int HeaderSize(Packet packet)
    {
        ReadOnlySpan<byte> tcp = packet.Transport.IsBroken ? default : packet.TransportBytes;
        int size = tcp.Length < FixedSize ? 0 : (tcp[12] >> 4) * 4;
        return size < FixedSize || tcp.Length < size ? 0 : size;
    }
}

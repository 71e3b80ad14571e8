using System.Buffers.Binary;
using System.Collections.Immutable;
using MiniFirewall.Packets;

namespace MiniFirewall.Policy.Questions;

/// <summary>
/// The first option of a maximum segment size (kind 2, length 4) lies in a range: net/netfilter/xt_tcpmss.c. No where there is
/// none, or the header is cut (<see cref="TcpHeaderCut"/>).
/// </summary>
public sealed record TcpSegmentSize(ushort Low, ushort High) : Question
{
    private const byte Kind = 2, Bytes = 4;

    public override ImmutableArray<Field> Reads => [Field.FragmentOffset, Field.TransportLength, Field.ChainBroken];

    public override Question Code => this with { Low = 0, High = 0 };

    public override ulong Argument => ((ulong)High << 32) | Low;

    public override bool Ask(Packet packet)
    {
        int size = TcpHeaderCut.HeaderSize(packet);
        ReadOnlySpan<byte> options = size == 0 ? default : packet.TransportBytes[TcpHeaderCut.FixedSize..size];
        while (options.Length > 0)
        {
            if (options is [Kind, Bytes, _, _, ..])
            {
                ushort value = BinaryPrimitives.ReadUInt16BigEndian(options[2..]);
                return value >= Low && value <= High;
            }

            int length = options[0] < 2 || options.Length == 1 ? 1 : Math.Max((int)options[1], 1);
            options = options[Math.Min(length, options.Length)..];
        }

        return false;
    }
}

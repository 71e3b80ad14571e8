using System.Collections.Immutable;
using MiniFirewall.Packets;

namespace MiniFirewall.Policy.Questions;

/// <summary>
/// The TCP header carries an option of this kind. An earlier step has established a TCP header of TcpDataOffset * 4 bytes, all
/// of them present. Meaning: net/netfilter/xt_tcpudp.c, tcp_find_option: a walk that stops at the header's end, in which kinds 0
/// and 1 are one byte long and a length of zero counts as one.
/// </summary>
public sealed record TcpOption(byte Kind) : Question
{
    private const int HeaderSize = 20;

    public override ImmutableArray<Field> Reads => [Field.TcpDataOffset, Field.TransportLength];

    public override Question Code => this with { Kind = 0 };

    public override ulong Argument => Kind;

    public override bool Ask(Packet packet)
    {
        ReadOnlySpan<byte> tcp = packet.TransportBytes;
        int length = tcp.Length < HeaderSize ? 0 : (tcp[12] >> 4) * 4;
        ReadOnlySpan<byte> options = length <= HeaderSize || length > tcp.Length ? default : tcp[HeaderSize..length];
        for (int at = 0; at < options.Length;)
        {
            if (options[at] == Kind)
            {
                return true;
            }

            bool isSingle = options[at] < 2 || at + 1 == options.Length || options[at + 1] == 0;
            at += isSingle ? 1 : options[at + 1];
        }

        return false;
    }
}

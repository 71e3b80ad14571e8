using MiniFirewall.Packets;

namespace MiniFirewall.Policy.Questions;

/// <summary>
/// Some bytes stand in the packet, all of them within a range of offsets from the network header on (net/core/skbuff.c,
/// skb_find_text). Where the kernel keeps a packet in several pieces its Boyer-Moore search finds nothing that lies across two of
/// them (lib/ts_bm.c); this one does, as the kernel's other algorithm.
/// </summary>
/// <param name="Pattern">1 to 128 bytes.</param>
/// <param name="IgnoresCase">Letters are compared as capitals, those of Latin-1 too (<see cref="KernelLetters"/>).</param>
/// <param name="From">The first byte that is looked at.</param>
/// <param name="To">The first byte that is not.</param>
public sealed record TextSearch(ValueArray<byte> Pattern, bool IgnoresCase, ushort From, ushort To) : Question
{
    public override bool Ask(Packet packet)
    {
        ReadOnlySpan<byte> text = packet.Bytes[..Math.Min(To, packet.Bytes.Length)];
        if (text.Length < From)
        {
            return false;
        }

        text = text[From..];
        if (!IgnoresCase)
        {
            return text.IndexOf([.. Pattern]) >= 0;
        }

        byte[] capitals = [.. text.ToArray().Select(KernelLetters.ToUpper)];
        return capitals.AsSpan().IndexOf([.. Pattern.Select(KernelLetters.ToUpper)]) >= 0;
    }
}

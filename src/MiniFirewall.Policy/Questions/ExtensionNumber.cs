using System.Collections.Immutable;
using MiniFirewall.Packets;

namespace MiniFirewall.Policy.Questions;

/// <summary>
/// A number of an IPv6 packet's first extension header of one kind (<see cref="HeaderSearch"/>), network byte order, lies in a
/// range once it is masked. No, where there is no such header or the packet ends before the number.
/// </summary>
/// <param name="Kind">The header's number: of an extension header (0, 43, 44, 51 or 60).</param>
/// <param name="Offset">Bytes from the header's start.</param>
/// <param name="Bytes">Its width: 1, 2 or 4.</param>
/// <param name="Low">The range's ends, both of them in it.</param>
public sealed record ExtensionNumber(byte Kind, int Offset, int Bytes, uint Mask, uint Low, uint High) : Question
{
    public override Question Code => this with { Low = 0, High = 0 };

    public override ulong Argument => ((ulong)High << 32) | Low;

    public override bool Ask(Packet packet)
    {
        ArgumentNullException.ThrowIfNull(packet);
        var search = HeaderSearch.For(Kind, packet.Bytes);
        if (search.End != HeaderSearchEnd.Found || search.Offset + Offset + Bytes > packet.Bytes.Length)
        {
            return false;
        }

        uint value = 0;
        foreach (byte part in packet.Bytes.Slice(search.Offset + Offset, Bytes))
        {
            value = (value << 8) | part;
        }

        value &= Mask;
        return value >= Low && value <= High;
    }
}

using System.Collections.Immutable;
using MiniFirewall.Packets;

namespace MiniFirewall.Policy.Questions;

/// <summary>Where a header begins.</summary>
public enum HeaderStart
{
    /// <summary>The network header.</summary>
    Network,

    /// <summary>The transport header, as <see cref="Field.TransportLength"/> knows it; a later fragment has none.</summary>
    Transport,

    /// <summary>
    /// As <see cref="Transport"/>, but not asking for fragments: in a later one it is what follows IPv4's header, and IPv6's header
    /// itself, as xtables leaves its own offset.
    /// </summary>
    Protocol,
}

/// <summary>
/// A number of a header, network byte order, lies in a range once it is masked. No, where the packet ends before it.
/// </summary>
/// <param name="Offset">Bytes from the header's start.</param>
/// <param name="Bytes">Its width: 1, 2 or 4.</param>
/// <param name="Low">The range's ends, both of them in it.</param>
public sealed record HeaderNumber(HeaderStart Start, int Offset, int Bytes, uint Mask, uint Low, uint High) : Question
{
    public override ImmutableArray<Field> Reads => Start == HeaderStart.Network ? [] : [Field.FragmentOffset, Field.TransportLength, Field.ChainBroken];

    public override Question Code => this with { Low = 0, High = 0 };

    public override ulong Argument => ((ulong)High << 32) | Low;

    public override bool Ask(Packet packet)
    {
        ReadOnlySpan<byte> header = Start == HeaderStart.Network ? packet.Bytes
            : packet.Transport.IsBroken || (Start == HeaderStart.Transport && packet.Transport.FragmentOffset != 0) ? default
            : packet.TransportBytes;
        if (header.Length < Offset + Bytes)
        {
            return false;
        }

        uint value = 0;
        foreach (byte part in header.Slice(Offset, Bytes))
        {
            value = (value << 8) | part;
        }

        value &= Mask;
        return value >= Low && value <= High;
    }
}

using System.Buffers.Binary;
using System.Collections.Immutable;
using MiniFirewall.Packets;

namespace MiniFirewall.Policy.Questions;

/// <summary>How a packet's chunks are compared with a set of types.</summary>
public enum SctpChunkMode
{
    /// <summary>Every type of the set occurs. Never so for <see cref="SctpChunkSet.All"/>: the kernel's has more types than a chunk can name.</summary>
    All,

    /// <summary>A type of the set occurs.</summary>
    Any,

    /// <summary>No other types occur.</summary>
    Only,
}

/// <summary>What an SCTP packet's chunks say.</summary>
public enum SctpChunkAnswer
{
    No,
    Yes,

    /// <summary>A chunk is cut, or says it has no length, before the answer is known.</summary>
    Broken,
}

/// <summary>
/// The chunks of an SCTP packet are those of the set, or cannot be walked so far as to tell: net/netfilter/xt_sctp.c, match_packet.
/// A chunk's flags must be as the set asks. The packet is no later fragment, and has the common header whole.
/// </summary>
/// <param name="AsksBroken">Asks whether the answer is <see cref="SctpChunkAnswer.Broken"/>, not whether it is yes.</param>
public sealed record SctpChunks(SctpChunkMode Mode, SctpChunkSet Set, bool AsksBroken) : Question
{
    private const int CommonHeader = 12, ChunkHeader = 4;

    public override ImmutableArray<Field> Reads => [Field.FragmentOffset, Field.TransportLength, Field.ChainBroken];

    public override Question Code => this with { AsksBroken = false };

    public override ulong Argument => (ulong)Wanted;

    private SctpChunkAnswer Wanted => AsksBroken ? SctpChunkAnswer.Broken : SctpChunkAnswer.Yes;

    public override bool Ask(Packet packet) => Answer(packet) == Wanted;

    public SctpChunkAnswer Answer(Packet packet)
    {
        ReadOnlySpan<byte> bytes = packet.Bytes;
        SctpChunkSet missing = Set;
        int offset = packet.Transport.Offset + CommonHeader;
        do
        {
            int length = offset + ChunkHeader > bytes.Length ? 0 : BinaryPrimitives.ReadUInt16BigEndian(bytes[(offset + 2)..]);
            if (length == 0)
            {
                return SctpChunkAnswer.Broken;
            }

            byte type = bytes[offset];
            bool fits = Set.Contains(type) && Set.FlagsOf(type).Fit(bytes[offset + 1]);
            if (Mode == SctpChunkMode.Any && fits)
            {
                return SctpChunkAnswer.Yes;
            }

            if (Mode == SctpChunkMode.Only && !fits)
            {
                return SctpChunkAnswer.No;
            }

            missing = fits ? missing.Without(type) : missing;
            offset += (length + 3) & ~3;
        }
        while (offset < bytes.Length);

        return Mode == SctpChunkMode.Only || (Mode == SctpChunkMode.All && missing.IsEmpty && !Set.IsAll) ? SctpChunkAnswer.Yes : SctpChunkAnswer.No;
    }
}

using MiniFirewall.Asm;
using MiniFirewall.Compiler.Classifier;
using MiniFirewall.Compiler.Connections;
using MiniFirewall.Policy.Questions;

namespace MiniFirewall.Compiler.Questions.Counting;

/// <summary>
/// The map "counted": for each statement that counts connections and each address, the list of connections that came to it, in segments
/// that are there once they are needed; the first one has the list's header. The segment that was not looked at for longest makes room for
/// another. Little-endian, host order.
/// </summary>
internal static class CountLayout
{
    internal const string Counted = "counted", Empty = "countedempty";

    /// <summary>u32 number of the statement, u32 number of the segment, and the address's halves, the upper one first.</summary>
    internal const int KeySize = 24, KeySegment = 4;

    /// <summary>u32: places from here on were never used; and after it u32, the changes of the list, so that it is cut short only if there was none.</summary>
    internal const int End = 0, ChangesShift = 32;

    /// <summary>u32 each, changed as one u64: when the list was last walked through, and how many lived then or came since.</summary>
    internal const int Walked = 8, Count = 12;

    /// <summary>u32: one more than the first free place before the end, which says the next one in the same way; 0 where there is none.</summary>
    internal const int Hole = 16;

    /// <summary>Bytes of a segment before its places.</summary>
    internal const int HeaderSize = 24;

    /// <summary>Of a connection: u32, the state below plus 256 times the processor that saw it first; u32, when; and its tuple. A free place has the next one where others say when.</summary>
    internal const int SlotSize = 8 + ConnectionTuple.Size, State = 0, Seen = 4, Tuple = 8, NextHole = Seen;

    internal const int Free = 0, Claimed = 1, Used = 2, ProcessorShift = 8;

    /// <summary>Places of a segment, where the list has more than one.</summary>
    internal const int SegmentSlots = 1 << SegmentShift, SegmentShift = 6;

    private const int MostBytes = 32 << 20, MostAddresses = 1 << 14;

    /// <summary>Some more than the limit: where packets above it are not dropped, connections beyond it live too; no more than there can be.</summary>
    /// <param name="connections">How many connections there is room for altogether.</param>
    internal static int SlotsFor(uint limit, int connections)
    {
        long most = Math.Min(limit, (uint)connections);
        int slots = (int)(most + 1 + Math.Max(7, most / 8));
        return slots <= SegmentSlots ? slots : (slots + SegmentSlots - 1) & -SegmentSlots;
    }

    /// <summary>The maps of questions with so many slots: what is counted, and an empty segment.</summary>
    internal static MapImage[] Maps(int slots)
    {
        int inSegment = Math.Min(slots, SegmentSlots), size = HeaderSize + (inSegment * SlotSize), whole = slots / inSegment;
        int segments = Math.Max(Math.Min(MostAddresses, MostBytes / size), whole + (whole / 4));
        return
        [
            new(new MapSpec(Counted, MapType.LruHash, KeySize, size, segments), ReadOnlyMemory<byte>.Empty),
            new(new MapSpec(Empty, MapType.Array, 4, size, 1), ReadOnlyMemory<byte>.Empty),
        ];
    }
}

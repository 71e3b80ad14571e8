using MiniFirewall.Asm;
using MiniFirewall.Compiler.Classifier;
using MiniFirewall.Compiler.Connections;
using MiniFirewall.Policy.Questions;

namespace MiniFirewall.Compiler.Questions;

/// <summary>
/// The map "counted": for each statement that counts connections and each address, the connections that came to it. The address that
/// was not seen for longest makes room for another. Little-endian, host order.
/// </summary>
internal static class CountLayout
{
    internal const string Counted = "counted", Empty = "countedempty";

    /// <summary>u32 number of the statement, u32 zero, and the address's halves, the upper one first.</summary>
    internal const int KeySize = 24;

    /// <summary>Of a connection: u32, the state below plus 256 times the processor that saw it first; u32, when; and its tuple.</summary>
    internal const int SlotSize = 8 + ConnectionTuple.Size, State = 0, Seen = 4, Tuple = 8;

    internal const int Free = 0, Claimed = 1, Used = 2, ProcessorShift = 8;

    private const int MostBytes = 32 << 20, MostAddresses = 1 << 14;

    /// <summary>Some more than the limit: where packets above it are not dropped, connections beyond it live too.</summary>
    internal static int SlotsFor(uint limit) => (int)(limit + 1 + Math.Max(7, limit / 8));

    /// <summary>The maps of questions with so many slots: what is counted, and an empty value.</summary>
    internal static MapImage[] Maps(int slots)
    {
        int size = slots * SlotSize;
        return
        [
            new(new MapSpec(Counted, MapType.LruHash, KeySize, size, Math.Min(MostAddresses, MostBytes / size)), ReadOnlyMemory<byte>.Empty),
            new(new MapSpec(Empty, MapType.Array, 4, size, 1), ReadOnlyMemory<byte>.Empty),
        ];
    }
}

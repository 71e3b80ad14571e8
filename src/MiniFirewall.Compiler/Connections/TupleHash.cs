using MiniFirewall.Asm;
using MiniFirewall.Packets;

namespace MiniFirewall.Compiler.Connections;

/// <summary>
/// A connection's tag, and the buckets that it may be in. The sum of products of pairs of words, each plus a secret number of its own, taken from bit 32 on,
/// is a universal hash (Lemire and Kaser, "Strongly universal string hashing is fast"): who does not know the numbers cannot choose
/// tuples that meet in a bucket more often than chance has it.
/// </summary>
internal sealed class TupleHash(Assembler code, Family family, int buckets)
{
    /// <summary>How many buckets a tuple may be in: one of the first level, one of the second, the others of the last.</summary>
    internal const int Choices = 6;

    /// <summary>The first choice of the last level.</summary>
    internal const int FirstOfLast = 2;

    /// <summary>What the tag is multiplied by for each choice; the upper half of 32 bits of that is a fraction of the level's buckets.</summary>
    private static readonly uint[] s_factors = [1, 0x165667b1, 0x9e3779b1, 0x85ebca77, 0xc2b2ae3d, 0x27d4eb2f];

    private const int WayBits = 16, WayMask = (1 << WayBits) - 1;

    /// <summary>The words of a tuple that are not always zero; the secret numbers are taken by these places.</summary>
    private ReadOnlySpan<int> Words => family == Family.IPv4 ? [2, 6, 8, 9] : [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];

    /// <summary>R0 = the tag. Loses R2 to R5.</summary>
    /// <param name="tuple">Not one of those.</param>
    internal void EmitTag(Register tuple)
    {
        ReadOnlySpan<int> words = Words;
        code.LoadMapValue(Register.R3, WellKnownMaps.Tracking, TrackingTable.Seeds);
        code.Move(Register.R0, 0);
        for (int i = 0; i < words.Length; i += 2)
        {
            code.Load(MemorySize.Word, Register.R2, tuple, 4 * words[i]);
            EmitSum(code, Register.R4, Register.R2, Register.R3, words[i]);
            code.Load(MemorySize.Word, Register.R2, tuple, 4 * words[i + 1]);
            EmitSum(code, Register.R5, Register.R2, Register.R3, words[i + 1]);
            code.Alu(AluOperation.Multiply, Register.R4, Register.R5);
            code.Alu(AluOperation.Add, Register.R0, Register.R4);
        }

        EmitFinish(code);
    }

    /// <summary>sum = a word of a tuple, plus its secret number.</summary>
    /// <param name="seeds">Points to all of these.</param>
    internal static void EmitSum(Assembler code, Register sum, Register value, Register seeds, int word)
    {
        code.Load(MemorySize.DoubleWord, sum, seeds, 8 * word);
        code.Alu(AluOperation.Add, sum, value);
    }

    /// <summary>R0 = the tag, of the sum of products in it: above Free and Claimed.</summary>
    internal static void EmitFinish(Assembler code)
    {
        code.Alu(AluOperation.ShiftRight, Register.R0, 32);
        code.Alu(AluOperation.Or, Register.R0, 2);
    }

    /// <summary>bucket = that of a tag's choice.</summary>
    internal void EmitBucket(int choice, Register bucket, Register tag)
    {
        (int first, int count) = ConnectionTable.Level(buckets, LevelOf(choice));
        code.Move(bucket, tag);
        if (s_factors[choice] != 1)
        {
            code.Alu(AluOperation.Multiply, bucket, unchecked((int)s_factors[choice]), OperandWidth.Bits32);
        }

        code.Alu(AluOperation.Multiply, bucket, count);
        code.Alu(AluOperation.ShiftRight, bucket, 32);
        if (first != 0)
        {
            code.Alu(AluOperation.Add, bucket, first);
        }
    }

    /// <summary>
    /// way = the one that a connection takes in each of its buckets if it can: most are found there at once. It comes of bits that tell nothing of
    /// the bucket.
    /// </summary>
    internal static void EmitWay(Assembler code, Register way, Register tag)
    {
        if (way != tag)
        {
            code.Move(way, tag);
        }

        code.Alu(AluOperation.And, way, WayMask);
        code.Alu(AluOperation.Multiply, way, ConnectionTable.Ways);
        code.Alu(AluOperation.ShiftRight, way, WayBits);
    }

    /// <summary>What <see cref="EmitWay"/> computes.</summary>
    internal static int WayOf(uint tag) => (int)((tag & WayMask) * ConnectionTable.Ways) >> WayBits;

    /// <summary>What <see cref="EmitBucket"/> computes.</summary>
    internal static int BucketOf(int choice, uint tag, int buckets)
    {
        (int first, int count) = ConnectionTable.Level(buckets, LevelOf(choice));
        return first + (int)((unchecked(tag * s_factors[choice]) * (ulong)count) >> 32);
    }

    private static int LevelOf(int choice) => Math.Min(choice, FirstOfLast);
}

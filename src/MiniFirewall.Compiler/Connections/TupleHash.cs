using MiniFirewall.Asm;
using MiniFirewall.Packets;

namespace MiniFirewall.Compiler.Connections;

/// <summary>
/// A connection's tag and buckets. The sum of products of pairs of words, each plus a secret number of its own, taken from bit 32 on,
/// is a universal hash (Lemire and Kaser, "Strongly universal string hashing is fast"): who does not know the numbers cannot choose
/// tuples that meet in a bucket more often than chance has it.
/// </summary>
internal sealed class TupleHash(Assembler code, Family family, int buckets)
{
    /// <summary>A tag's lower bits: two that are no part of a bucket's number.</summary>
    internal const int BucketShift = 2;

    internal const int OtherBucketFactor = 0x3779b1, OtherBucketShift = 13;

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
            EmitSum(Register.R4, tuple, words[i]);
            EmitSum(Register.R5, tuple, words[i + 1]);
            code.Alu(AluOperation.Multiply, Register.R4, Register.R5);
            code.Alu(AluOperation.Add, Register.R0, Register.R4);
        }

        // Above Free and Claimed.
        code.Alu(AluOperation.ShiftRight, Register.R0, 32);
        code.Alu(AluOperation.Or, Register.R0, 2);
    }

    /// <summary>The first bucket of a tag.</summary>
    internal void EmitBucket(Register bucket, Register tag)
    {
        code.Move(bucket, tag);
        code.Alu(AluOperation.ShiftRight, bucket, BucketShift);
        code.Alu(AluOperation.And, bucket, buckets - 1);
    }

    /// <summary>The bucket beside the first one; their headers are one pair of cache lines.</summary>
    internal void EmitNeighbour(Register bucket)
    {
        code.Alu(AluOperation.Xor, bucket, 1);
        code.Alu(AluOperation.And, bucket, buckets - 1);
    }

    /// <summary>The third bucket of a tag.</summary>
    internal void EmitOther(Register bucket, Register tag)
    {
        code.Move(bucket, tag);
        code.Alu(AluOperation.Multiply, bucket, OtherBucketFactor);
        code.Alu(AluOperation.ShiftRight, bucket, OtherBucketShift);
        code.Alu(AluOperation.And, bucket, buckets - 1);
    }

    private void EmitSum(Register sum, Register tuple, int word)
    {
        code.Load(MemorySize.Word, sum, tuple, 4 * word);
        code.Load(MemorySize.DoubleWord, Register.R2, Register.R3, 8 * word);
        code.Alu(AluOperation.Add, sum, Register.R2);
    }
}

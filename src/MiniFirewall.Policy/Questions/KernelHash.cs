using System.Collections.Immutable;
using System.Numerics;

namespace MiniFirewall.Policy.Questions;

/// <summary>Bob Jenkins' lookup3 of one word, as the kernel has it (include/linux/jhash.h, jhash_1word).</summary>
public static class KernelHash
{
    /// <summary>What the seed is added to: JHASH_INITVAL, and the four bytes that are hashed.</summary>
    public const uint Start = 0xdeadbeef + 4;

    /// <summary>Three numbers change one another (__jhash_final): which one, by which, and by how many bits that is turned left.</summary>
    public static ImmutableArray<(int Target, int Other, int Bits)> Steps { get; } =
        [(2, 1, 14), (0, 2, 11), (1, 0, 25), (2, 1, 16), (0, 2, 4), (1, 0, 14), (2, 1, 24)];

    public static uint Of(uint word, uint seed)
    {
        uint start = unchecked(Start + seed);
        uint[] state = [unchecked(start + word), start, start];
        foreach ((int target, int other, int bits) in Steps)
        {
            state[target] = unchecked((state[target] ^ state[other]) - BitOperations.RotateLeft(state[other], bits));
        }

        return state[2];
    }
}

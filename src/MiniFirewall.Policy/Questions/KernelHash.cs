using System.Collections.Immutable;
using System.Numerics;

namespace MiniFirewall.Policy.Questions;

/// <summary>Bob Jenkins' lookup3 as the kernel has it (include/linux/jhash.h), of one word and of four.</summary>
public static class KernelHash
{
    /// <summary>JHASH_INITVAL.</summary>
    public const uint Start = 0xdeadbeef;

    /// <summary>Of a mix: what is subtracted, from what, by how many bits it is turned, and what is added to it; in letters a, b, c as 0, 1, 2.</summary>
    public static ImmutableArray<(int Target, int Other, int Bits, int Added)> MixSteps { get; } =
        [(0, 2, 4, 1), (1, 0, 6, 2), (2, 1, 8, 0), (0, 2, 16, 1), (1, 0, 19, 2), (2, 1, 4, 0)];

    /// <summary>Of the end: what is changed, by what, turned by how many bits.</summary>
    public static ImmutableArray<(int Target, int Other, int Bits)> FinalSteps { get; } =
        [(2, 1, 14), (0, 2, 11), (1, 0, 25), (2, 1, 16), (0, 2, 4), (1, 0, 14), (2, 1, 24)];

    /// <summary>jhash_1word.</summary>
    public static uint Of(uint word, uint seed)
    {
        uint start = unchecked(Start + 4 + seed);
        return Final([unchecked(start + word), start, start]);
    }

    /// <summary>jhash2 of four words.</summary>
    public static uint Of(uint first, uint second, uint third, uint fourth, uint seed)
    {
        uint start = unchecked(Start + 16 + seed);
        uint[] state = [unchecked(start + first), unchecked(start + second), unchecked(start + third)];
        foreach ((int target, int other, int bits, int added) in MixSteps)
        {
            state[target] = unchecked(state[target] - state[other]) ^ BitOperations.RotateLeft(state[other], bits);
            state[other] = unchecked(state[other] + state[added]);
        }

        state[0] = unchecked(state[0] + fourth);
        return Final(state);
    }

    private static uint Final(uint[] state)
    {
        foreach ((int target, int other, int bits) in FinalSteps)
        {
            state[target] = unchecked((state[target] ^ state[other]) - BitOperations.RotateLeft(state[other], bits));
        }

        return state[2];
    }
}

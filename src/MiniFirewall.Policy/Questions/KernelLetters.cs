namespace MiniFirewall.Policy.Questions;

/// <summary>Small and capital letters as the kernel has them (lib/ctype.c: ASCII and Latin-1; include/linux/ctype.h, toupper).</summary>
public static class KernelLetters
{
    /// <summary>What parts a small letter from its capital.</summary>
    public const byte CaseBit = 0x20;

    /// <summary>
    /// Beginnings and ends of the small letters, inclusive. 223 and 255 count as small although they have no capital in Latin-1:
    /// the kernel's own table says so.
    /// </summary>
    public static ReadOnlySpan<(byte First, byte Last)> Small => SmallLetters;

    private static readonly (byte First, byte Last)[] SmallLetters = [((byte)'a', (byte)'z'), (223, 246), (248, 255)];

    public static byte ToUpper(byte letter)
    {
        foreach ((byte first, byte last) in SmallLetters)
        {
            if (letter >= first && letter <= last)
            {
                return (byte)(letter - CaseBit);
            }
        }

        return letter;
    }
}

namespace MiniFirewall.Policy.Questions;

/// <summary>
/// The marks by which programs tell live host names apart in one word: of an address the word has the marks of all names that
/// it belongs to. Up to <see cref="MostAlone"/> names have a bit each, and the word says all. Of more names each has up to three bits of the
/// 64: an address whose word lacks one of them is none of the name's, one that has them is asked about (<see cref="AddressOfHost"/>).
/// </summary>
public static class HostMarks
{
    public const int MostAlone = 64;

    private const ulong GoldenRatio = 0x9e37_79b9_7f4a_7c15;
    private const int BitOfWord = 63, BitsOfNumber = 6;

    /// <summary>Whether each of so many names has a bit of its own.</summary>
    public static bool AreAlone(int names) => names <= MostAlone;

    /// <summary>The mark of a name's number.</summary>
    /// <param name="areAlone">See <see cref="AreAlone"/>.</param>
    public static ulong Of(int number, bool areAlone)
    {
        if (areAlone)
        {
            return 1UL << number;
        }

        ulong hash = (ulong)(number + 1) * GoldenRatio;
        return Bit(hash >> (BitOfWord + 1 - BitsOfNumber)) | Bit(hash >> (BitOfWord + 1 - (2 * BitsOfNumber))) | Bit(hash >> (BitOfWord + 1 - (3 * BitsOfNumber)));
    }

    private static ulong Bit(ulong number) => 1UL << (int)(number & BitOfWord);
}

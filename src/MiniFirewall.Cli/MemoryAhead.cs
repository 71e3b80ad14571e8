using MiniFirewall.Sys;

namespace MiniFirewall.Cli;

/// <summary>
/// Memory for long rule lists. Nearly all of what is made of a list is kept until the command ends, so that to collect between means to move
/// it about: for as much as a list needs nothing is collected, and the kernel is asked for it in large pages. A service, which runs on, does
/// not ask for this.
/// </summary>
internal static class MemoryAhead
{
    /// <summary>What is made of a byte of text, measured over lists of 1,000 to 100,000 rules.</summary>
    private const int BytesOfAByte = 128;

    /// <summary>A shorter text is done before there would be anything to collect.</summary>
    private const int ShortText = 1 << 15;

    private const long Least = 3 << 24, Most = 1L << 30;

    /// <summary>Asks for the memory, for a quarter of the machine's at most; behind it, it is collected as usual.</summary>
    /// <param name="characters">Length of the text that rules are about to be made of.</param>
    internal static void Expect(int characters)
    {
        if (characters < ShortText)
        {
            return;
        }

        long wanted = Math.Min(Math.Clamp((long)characters * BytesOfAByte, Least, Most), GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 4);
        try
        {
            if (GC.TryStartNoGCRegion(wanted, wanted / 4))
            {
                HugePages.TryForNewObjects(wanted);
            }
        }
        catch (Exception e) when (e is ArgumentOutOfRangeException or InvalidOperationException)
        {
            // More than the collector takes at once, or asked for already.
        }
    }
}

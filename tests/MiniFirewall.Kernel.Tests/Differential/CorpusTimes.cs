using System.Globalization;
using System.Text.RegularExpressions;

namespace MiniFirewall.Kernel.Tests.Differential;

/// <summary>
/// Rules that ask how much came before, so that the time does not matter while packets are sent: rates of which nothing comes back
/// within the test, bursts that the kernel can still count with them, elements that do not get old.
/// </summary>
internal static partial class CorpusTimes
{
    /// <summary>The most matches at once that the kernel counts at one an hour (xt_limit.c, 32 bits of credits).</summary>
    private const int MostBurst = 50;

    /// <summary>Matches of which the kernel's count or chance is not to be had: connections that it closes by itself, bytes that it does not count unasked.</summary>
    internal static string[] Timed { get; } = ["connbytes", "connlimit"];

    /// <summary>Chance, and rates of bytes, which are of each second.</summary>
    internal static bool IsTimed(string line) => line.Contains("--mode random", StringComparison.Ordinal) || ByteRate().IsMatch(line);

    internal static string Without(string line)
    {
        string rates = PacketRate().Replace(line, "$1 1/hour");
        string bursts = Burst().Replace(rates, found => $"{found.Groups[1]} {Math.Min(int.Parse(found.Groups[2].Value, CultureInfo.InvariantCulture), MostBurst)}");
        return Age().Replace(bursts, found => $"{found.Groups[1]} {(found.Groups[1].Value == "--seconds" ? 86400 : 86400000)}");
    }

    [GeneratedRegex(@"--hashlimit-(upto|above) \d+[km]?b/s")]
    private static partial Regex ByteRate();

    [GeneratedRegex(@"(--limit|--hashlimit-upto|--hashlimit-above) \d+/\w+")]
    private static partial Regex PacketRate();

    [GeneratedRegex(@"(--limit-burst|--hashlimit-burst) (\d+)\b")]
    private static partial Regex Burst();

    [GeneratedRegex(@"(--seconds|--hashlimit-htable-expire) \d+")]
    private static partial Regex Age();
}

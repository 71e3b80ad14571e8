using System.Globalization;
using System.Text.RegularExpressions;
using Xunit;

namespace MiniFirewall.Kernel.Tests.Connections;

/// <summary>What two routers know of connections, by the lines of the kernel's own file and of miniFirewall's.</summary>
internal static partial class ListComparison
{
    /// <summary>Both lists say the same; a second may pass between the two looks.</summary>
    /// <param name="isMeant">Whether a line is compared.</param>
    /// <returns>How many connections miniFirewall has.</returns>
    internal static int Compare(TwinRouters twins, string about, Func<string, bool> isMeant)
    {
        Dictionary<string, int> expected = Parse(twins.KernelLines().Where(isMeant)), seen = Parse(twins.Lines().Where(isMeant));
        string[] differences =
        [
            .. expected.Where(line => Differs(line, seen)).Select(line => $"the kernel: {line}"),
            .. seen.Where(line => Differs(line, expected)).Select(line => $"miniFirewall: {line}"),
        ];
        Assert.True(differences.Length == 0, $"{about}\n{string.Join('\n', differences)}");
        return seen.Count;
    }

    /// <summary>Lines without their seconds, and how many those are.</summary>
    internal static Dictionary<string, int> Parse(IEnumerable<string> lines)
    {
        var parsed = new Dictionary<string, int>();
        foreach (string line in lines)
        {
            Match match = Line().Match(Gre().Replace(line, ""));
            Assert.True(match.Success, line);
            parsed.Add(match.Groups["what"].Value + match.Groups["rest"].Value, int.Parse(match.Groups["seconds"].Value, CultureInfo.InvariantCulture));
        }

        return parsed;
    }

    /// <summary>What lives for no second more may be gone at the next look.</summary>
    private static bool Differs(KeyValuePair<string, int> line, Dictionary<string, int> others) =>
        others.TryGetValue(line.Key, out int seconds) ? Math.Abs(seconds - line.Value) > 1 : line.Value > 1;

    /// <summary>What only the kernel says of GRE.</summary>
    [GeneratedRegex(@"timeout=\d+, stream_timeout=\d+ |srckey=0x0 dstkey=0x0 ")]
    private static partial Regex Gre();

    [GeneratedRegex(@"^(?<what>\w+ +\d+ \w+ +\d+ )(?<seconds>\d+) (?<rest>.*mark=\d+) (zone=\d+ )?use=\d+$")]
    private static partial Regex Line();
}

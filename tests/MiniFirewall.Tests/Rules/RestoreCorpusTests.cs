using System.Text;
using MiniFirewall.Packets;
using MiniFirewall.Rules.Diagnostics;
using MiniFirewall.Rules.Language;
using MiniFirewall.Rules.Model;
using MiniFirewall.Rules.Names;
using Xunit;

namespace MiniFirewall.Tests.Rules;

/// <summary>
/// Real rule files through iptables-restore and iptables-save: the text is that of the kernel's own, up to dates and counters.
/// Lines with a match or target that the language lacks must be refused as such; they are named, and left out on both sides.
/// </summary>
public sealed class RestoreCorpusTests(ITestOutputHelper output)
{
    private static readonly int[] Lacking = [ErrorCodes.NotInForce, ErrorCodes.UnsupportedTarget, ErrorCodes.UnsupportedOption];

    private static readonly ReadOptions Options = Reading.Options() with { Names = NetworkNames.System, TakesLacking = true };

    [Fact]
    public void Real_files_are_saved_as_iptables_saves_them()
    {
        string folder = SharedData.Folder("corpus");
        string[] expected = Directory.GetFiles(Path.Combine(folder, "expected"));
        int whole = expected.Order().Count(file => IsWhole(folder, file));
        output.WriteLine($"{whole} of {expected.Length} files are taken whole");
        Assert.True(expected.Length > 50);
    }

    /// <summary>Compares one file; whether no line of it was left out.</summary>
    private bool IsWhole(string folder, string expected)
    {
        string name = Path.GetFileName(expected);
        Family family = name.EndsWith(".v4.legacy", StringComparison.Ordinal) ? Family.IPv4 : Family.IPv6;
        string[] lines = FilterSection(File.ReadAllLines(Path.Combine(folder, name[..^".v4.legacy".Length])));
        int left = 0;
        RestoreResult result = Read(lines, family);
        for (; result.Error is { } error; result = Read(lines, family))
        {
            Assert.True(error.Diagnostic is { } diagnostic && Lacking.Contains(diagnostic.Code), $"{name}: line {error.Line}: {error.Text} {error.Diagnostic}");
            output.WriteLine($"{name}: left out: {error.Diagnostic}");
            lines[error.Diagnostic.Span.Line - 1] = "";
            left++;
        }

        string[] saved = File.ReadAllLines(expected);
        string[] chains = [.. saved.Where(line => line.StartsWith(':'))];
        string[] theirs = [.. Comparable(saved).Where(line => left == 0 || !line.StartsWith("-A ", StringComparison.Ordinal) || Reads(line, chains, family))];
        Assert.Equal(theirs, Comparable(Restoring.Save(result.Rules!, family).TrimEnd('\n').Split('\n')));
        return left == 0;
    }

    /// <summary>The section that the kernel's own was given, at its line numbers; some files lack the last line's end, or have blanks there.</summary>
    private static string[] FilterSection(string[] lines)
    {
        int start = Array.FindIndex(lines, line => line.Trim() == "*filter");
        int end = Array.FindIndex(lines, start, line => line.Trim() == "COMMIT");
        return [.. Enumerable.Repeat("", start), "*filter", .. lines[(start + 1)..end], "COMMIT", ""];
    }

    private static RestoreResult Read(string[] lines, Family family) => RestoreReader.Read(
        Encoding.UTF8.GetBytes(string.Join('\n', lines)), RuleSet.Empty, Options, new RestoreOptions(family) { Table = "filter" });

    private static bool Reads(string line, string[] chains, Family family) => Read(["*filter", .. chains, line, "COMMIT", ""], family).Error is null;

    /// <summary>The lines without comments, and chains without counters.</summary>
    private static string[] Comparable(IEnumerable<string> saved) =>
    [
        .. saved.Where(line => !line.StartsWith('#')).Select(line => line.StartsWith(':') ? line[..line.IndexOf('[', StringComparison.Ordinal)] : line),
    ];
}

using MiniFirewall.Packets;
using MiniFirewall.Rules.Diagnostics;
using MiniFirewall.Rules.Language;
using MiniFirewall.Rules.Model;
using MiniFirewall.Rules.Names;
using Xunit;

namespace MiniFirewall.Tests.Rules;

/// <summary>
/// Real rule files through iptables-restore and iptables-save: the text is that of the kernel's own, up to dates and counters.
/// A file is left out only where a line of it is refused for a match or target that the language lacks, and the test says so.
/// </summary>
public sealed class RestoreCorpusTests(ITestOutputHelper output)
{
    /// <summary>FamilyConflict: ip6tables takes -p icmp, a protocol that no IPv6 packet has; here it is refused.</summary>
    private static readonly int[] Lacking =
        [ErrorCodes.UnsupportedMatch, ErrorCodes.UnsupportedTarget, ErrorCodes.UnsupportedOption, ErrorCodes.FamilyConflict];

    public static TheoryData<string> Files => [.. Directory.Exists(Expected) ? Directory.GetFiles(Expected).Select(file => Path.GetFileName(file)).Order().ToArray() : []];

    private static string Expected => SharedData.Repository("../shared/data/corpus/expected");

    [Fact]
    public void The_files_are_here() => Assert.NotEmpty(Directory.GetFiles(Path.Combine(SharedData.Folder("corpus"), "expected")));

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Files))]
    public void Real_files_are_saved_as_iptables_saves_them(string name)
    {
        Family family = name.EndsWith(".v4.legacy", StringComparison.Ordinal) ? Family.IPv4 : Family.IPv6;
        byte[] text = File.ReadAllBytes(Path.Combine(Expected, "..", name[..^".v4.legacy".Length]));
        ReadOptions options = Reading.Options() with { Names = NetworkNames.System, TakesLacking = true };
        RestoreResult result = RestoreReader.Read(text, RuleSet.Empty, options, new RestoreOptions(family) { Table = "filter" });
        if (result.Error is { } error)
        {
            Assert.True(error.Diagnostic is { } diagnostic && Lacking.Contains(diagnostic.Code), $"line {error.Line}: {error.Text} {error.Diagnostic}");
            output.WriteLine($"{name}: left out, {error.Diagnostic}");
            return;
        }

        Assert.Equal(Comparable(File.ReadAllText(Path.Combine(Expected, name))), Comparable(Restoring.Save(result.Rules!, family)));
    }

    /// <summary>The lines without comments, and chains without counters.</summary>
    private static string[] Comparable(string saved) =>
    [
        .. saved.Split('\n').Where(line => !line.StartsWith('#')).Select(line => line.StartsWith(':') ? line[..line.IndexOf('[', StringComparison.Ordinal)] : line),
    ];
}

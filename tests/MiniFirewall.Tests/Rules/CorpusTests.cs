using MiniFirewall.Packets;
using MiniFirewall.Rules.Diagnostics;
using MiniFirewall.Rules.Language;
using MiniFirewall.Rules.Names;
using Xunit;

namespace MiniFirewall.Tests.Rules;

/// <summary>
/// Real rule files: whatever of them the language has prints as the kernel's iptables-save printed it after loading them.
/// Lines with a match or target that the language lacks must be refused as such, and are left out on both sides.
/// </summary>
public sealed class CorpusTests
{
    private static readonly int[] Lacking = [ErrorCodes.NotInForce, ErrorCodes.UnsupportedTarget, ErrorCodes.UnsupportedOption];

    [Fact]
    public void Real_files_print_as_iptables_save_prints_them()
    {
        string folder = SharedData.Folder("corpus");
        string[] saved = [.. Directory.GetFiles(Path.Combine(folder, "expected")).Order()];
        int rules = 0;
        foreach (string expected in saved)
        {
            string name = Path.GetFileName(expected);
            FamilySet family = name.EndsWith(".v4.legacy", StringComparison.Ordinal) ? FamilySet.IPv4 : FamilySet.IPv6;
            string text = FilterSection(File.ReadAllLines(Path.Combine(folder, name[..^".v4.legacy".Length])));
            string[] ours = Supported(name, text, family);
            string[] lines = File.ReadAllLines(expected);
            string[] theirs = [.. lines.Where(line => line.StartsWith("-A ", StringComparison.Ordinal) && Reads(line, family, lines))];
            Assert.Equal(theirs, ours);
            rules += ours.Length;
        }

        Assert.True(saved.Length > 50 && rules > 1000, $"only {rules} rules of {saved.Length} files were compared");
    }

    private static string FilterSection(string[] lines)
    {
        int start = Array.FindIndex(lines, line => line.Trim() == "*filter");
        int end = Array.FindIndex(lines, start, line => line.Trim() == "COMMIT");
        return string.Join('\n', lines[start..(end + 1)]) + "\n";
    }

    /// <summary>The printed rules of the text without the lines that the language lacks.</summary>
    private static string[] Supported(string name, string text, FamilySet family)
    {
        string[] lines = text.Split('\n');
        ReadOptions options = Reading.Options(family) with { MaxErrors = int.MaxValue - 1, Names = NetworkNames.System, TakesLacking = true };
        ReadResult result = RuleSetReader.Read(name, text, options);
        foreach (Diagnostic diagnostic in result.Diagnostics)
        {
            Assert.True(Lacking.Contains(diagnostic.Code), diagnostic + "\n" + lines[diagnostic.Span.Line - 1]);
            lines[diagnostic.Span.Line - 1] = "";
        }

        result = RuleSetReader.Read(name, string.Join('\n', lines), options);
        Assert.True(result.Rules is not null, string.Join('\n', result.Diagnostics));
        return Reading.SavedLines(result.Rules);
    }

    /// <summary>Whether a line of iptables-save's reads, among its file's chains.</summary>
    private static bool Reads(string line, FamilySet family, string[] saved)
    {
        IEnumerable<string> chains = saved.Where(candidate => candidate.StartsWith(':'));
        return RuleSetReader.Read("line", $"*filter\n{string.Join('\n', chains)}\n{line}\nCOMMIT\n", Reading.Options(family) with { TakesLacking = true }).Rules is not null;
    }
}

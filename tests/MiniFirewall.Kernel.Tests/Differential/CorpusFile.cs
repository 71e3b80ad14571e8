using System.Collections.Immutable;
using MiniFirewall.Kernel.Tests.Support;
using MiniFirewall.Packets;
using MiniFirewall.Rules.Diagnostics;
using MiniFirewall.Rules.Language;

namespace MiniFirewall.Kernel.Tests.Differential;

/// <summary>
/// The filter table of a real rule file, as the kernel's iptables-save printed it. Rules with a match or target that cannot be
/// in force are left out, by name.
/// </summary>
internal sealed record CorpusFile(string Name, Family Family, ImmutableArray<string> Lines, ImmutableArray<string> LeftOut)
{
    /// <summary>Names of interfaces that its rules look at, the loopback apart; one that any file has otherwise.</summary>
    internal ImmutableArray<string> Interfaces
    {
        get
        {
            IEnumerable<string> named = Lines.SelectMany(line => Pairs(line.Split(' ')))
                .Where(pair => pair.Option is "-i" or "-o" && pair.Value is not ("lo" or "+"))
                .Select(pair => pair.Value.Replace("+", "0", StringComparison.Ordinal));
            return [.. named.Append("eth0").Distinct().Take(4)];
        }
    }

    internal RuleTexts Texts => RuleTexts.Of([Family], Lines);

    /// <summary>All files of the corpus's folder of expected texts, in the order of their names.</summary>
    internal static ImmutableArray<CorpusFile> All(string folder) =>
        [.. Directory.GetFiles(Path.Combine(folder, "expected")).Order(StringComparer.Ordinal).Select(Read)];

    private static CorpusFile Read(string path)
    {
        Family family = path.EndsWith(".v4.legacy", StringComparison.Ordinal) ? Family.IPv4 : Family.IPv6;
        string[] lines = [.. File.ReadLines(path).Where(line => line is [':' or '-', ..]).Select(WithoutCounters)];
        string text = $"*filter\n{string.Concat(lines.Select(line => line + "\n"))}COMMIT\n";
        ReadResult result = RuleSetReader.Read("corpus", text, ReadOptions.Default with { Families = family.ToSet(), MaxErrors = int.MaxValue - 1 });
        var leftOut = new List<string>();
        foreach (Diagnostic diagnostic in result.Diagnostics.DistinctBy(diagnostic => diagnostic.Span.Line))
        {
            // The text's first line is the table's.
            int at = diagnostic.Span.Line - 2;
            leftOut.Add($"{lines[at]} ({diagnostic.Message})");
            lines[at] = "";
        }

        foreach (int at in Enumerable.Range(0, lines.Length).Where(at => lines[at].Contains(" -m limit ", StringComparison.Ordinal)))
        {
            leftOut.Add($"{lines[at]} (asks what came before, which the evaluator does not see)");
            lines[at] = "";
        }

        return new(Path.GetFileName(path), family, [.. lines.Where(line => line.Length > 0)], [.. leftOut]);
    }

    private static string WithoutCounters(string line) => line[0] == ':' ? line[..line.LastIndexOf(' ')] : line;

    private static IEnumerable<(string Option, string Value)> Pairs(string[] words) => words.Zip(words.Skip(1));
}

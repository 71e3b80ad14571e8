using System.Collections.Immutable;
using System.Text.RegularExpressions;
using MiniFirewall.Kernel.Tests.Support;
using MiniFirewall.Packets;
using MiniFirewall.Rules.Diagnostics;
using MiniFirewall.Rules.Language;

namespace MiniFirewall.Kernel.Tests.Differential;

/// <summary>
/// The filter table of a real rule file, as the kernel's iptables-save printed it. Rules with a match or target that cannot be
/// in force are left out, by name. REJECT is made DROP where it is not kept: the kernel's answers would be packets among those compared.
/// </summary>
internal sealed partial record CorpusFile(string Name, Family Family, ImmutableArray<string> Lines, ImmutableArray<string> LeftOut)
{
    /// <summary>Matches that ask what a packet is to its connection.</summary>
    private static readonly string[] States = ["conntrack", "state"];

    /// <summary>Matches that ask how much came before, and when, which has tests of its own.</summary>
    private static readonly string[] Amounts = ["connbytes", "connlimit", "limit", "hashlimit", "recent", "quota", "statistic"];

    private static readonly string[] Surroundings = ["addrtype", "mac", "pkttype", "physdev", "owner", "cgroup", "cpu", "time"];

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

    /// <summary>Some rule asks for what is around a packet, which only a kernel knows.</summary>
    internal bool AsksSurroundings => Lines.Any(AsksOne(Surroundings));

    /// <summary>Some rule asks what a packet is to its connection.</summary>
    internal bool AsksState => Lines.Any(AsksOne(States));

    internal RuleTexts Texts => RuleTexts.Of([Family], Lines);

    /// <summary>Some rule asks how much came before.</summary>
    internal bool AsksAmounts => Lines.Any(AsksOne(Amounts));

    /// <summary>All files of the corpus's folder of expected texts, in the order of their names.</summary>
    /// <param name="keepsStates">With rules that ask for states, which the evaluator is not told of real packets.</param>
    /// <param name="keepsAmounts">With rules that ask how much came before, made to ask it whatever the time (<see cref="CorpusTimes"/>).</param>
    /// <param name="keepsRejects">REJECT is what the file says, and not DROP.</param>
    internal static ImmutableArray<CorpusFile> All(string folder, bool keepsStates = false, bool keepsAmounts = false, bool keepsRejects = false) =>
        [.. Directory.GetFiles(Path.Combine(folder, "expected")).Order(StringComparer.Ordinal).Select(path => Read(path, keepsStates, keepsAmounts, keepsRejects))];

    private static CorpusFile Read(string path, bool keepsStates, bool keepsAmounts, bool keepsRejects)
    {
        Family family = path.EndsWith(".v4.legacy", StringComparison.Ordinal) ? Family.IPv4 : Family.IPv6;
        string[] lines = [.. File.ReadLines(path).Where(line => line is [':' or '-', ..]).Select(WithoutCounters).Select(line => keepsRejects ? line : Reject().Replace(line, "-j DROP")).Select(line => keepsAmounts ? CorpusTimes.Without(line) : line)];
        string[] left = [.. keepsAmounts ? CorpusTimes.Timed : Amounts, .. keepsStates ? [] : States];
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

        foreach (int at in Enumerable.Range(0, lines.Length).Where(at => AsksOne(left)(lines[at]) || (keepsAmounts && CorpusTimes.IsTimed(lines[at]))))
        {
            leftOut.Add($"{lines[at]} (asks what came before, and when, which has tests of its own)");
            lines[at] = "";
        }

        return new(Path.GetFileName(path), family, [.. lines.Where(line => line.Length > 0)], [.. leftOut]);
    }

    private static Func<string, bool> AsksOne(string[] matches) => line => matches.Any(match => line.Contains($" -m {match} ", StringComparison.Ordinal));

    private static string WithoutCounters(string line) => line[0] == ':' ? line[..line.LastIndexOf(' ')] : line;

    private static IEnumerable<(string Option, string Value)> Pairs(string[] words) => words.Zip(words.Skip(1));

    [GeneratedRegex("-j REJECT.*$")]
    private static partial Regex Reject();
}

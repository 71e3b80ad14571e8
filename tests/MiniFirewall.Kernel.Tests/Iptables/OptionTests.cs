using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using MiniFirewall.Kernel.Tests.Cli;
using MiniFirewall.Packets;
using MiniFirewall.Rules.Diagnostics;
using MiniFirewall.Rules.Language;
using MiniFirewall.Rules.Model;
using Xunit;

namespace MiniFirewall.Kernel.Tests.Iptables;

/// <summary>
/// Every option of every match and target, right and wrong, beside the system's iptables and ip6tables: what loads there is read and
/// printed back the same, or refused by name; what is refused there is refused with the same exit code and the same words.
/// MINIFW_OPTION_LINES says how many lines of some fifty thousand, MINIFW_SEED which.
/// </summary>
public sealed class OptionTests(ITestOutputHelper output) : IDisposable
{
    private const int UsualLines = 600;

    /// <summary>Files of iptables that no rule names: verdicts, and one that holds several targets.</summary>
    private static readonly string[] NoExtensions = ["standard", "NAT"];

    private readonly NamedNamespace _namespace = new();
    private readonly string _directory = Directory.CreateTempSubdirectory("minifw-options-").FullName;

    public void Dispose()
    {
        _namespace.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    private sealed record Answer(int Code, string Words, string Saved);

    [Fact]
    public void Every_option_is_taken_printed_and_refused_as_by_iptables()
    {
        int seed = Number("MINIFW_SEED", 1), most = Number("MINIFW_OPTION_LINES", UsualLines);
        OptionLines.Line[] lines = [.. AllLines(seed)];
        new Random(seed).Shuffle(lines);
        lines = lines[..Math.Min(most, lines.Length)];

        Answer[] theirs = AskIptables(lines);
        List<string> wrong = [];
        int taken = 0, lacking = 0;
        foreach ((OptionLines.Line line, Answer answer) in lines.Zip(theirs))
        {
            Answer ours = Ask(line, out bool isLacking);
            taken += ours.Code == 0 ? 1 : 0;
            lacking += isLacking ? 1 : 0;
            if (!Agree(line, answer, ours, isLacking))
            {
                wrong.Add($"{line}\n  iptables: {answer}\n  minifw:   {ours}");
            }
        }

        output.WriteLine(string.Join('\n', lines.CountBy(line => line.Extension).OrderBy(count => count.Key, StringComparer.Ordinal).Select(count => $"{count.Key}: {count.Value}")));
        output.WriteLine($"{lines.Length} lines, {taken} taken, {lacking} that cannot be in force, {wrong.Count} wrong");
        Assert.True(wrong.Count == 0, string.Join('\n', wrong.Take(Number("MINIFW_OPTION_WRONG", 50))));
        Assert.True(taken > lines.Length / 10 && taken < lines.Length / 2);
    }

    /// <summary>Whatever iptables has a file for is asked here.</summary>
    [Fact]
    public void Every_extension_of_iptables_is_asked()
    {
        string[] files = [.. Directory.EnumerateDirectories("/usr/lib", "xtables", new EnumerationOptions { RecurseSubdirectories = true, MaxRecursionDepth = 1 })
            .SelectMany(directory => Directory.EnumerateFiles(directory, "lib*t_*.so")).Select(Path.GetFileNameWithoutExtension).OfType<string>()
            .Where(name => name.Split('_')[0] is "libxt" or "libipt" or "libip6t")];
        Assert.NotEmpty(files);
        HashSet<string> asked = [.. AllLines(1).Select(line => line.Extension.Split(' ')[^1])];
        string[] missing = [.. files.Select(name => name[(name.IndexOf('_', StringComparison.Ordinal) + 1)..]).Except(NoExtensions).Where(name => !asked.Contains(name))];
        Assert.True(missing.Length == 0, string.Join(' ', missing));
    }

    private static IEnumerable<OptionLines.Line> AllLines(int seed) =>
        OptionLines.Read(Path.Combine(AppContext.BaseDirectory, "Iptables", "options.txt"), new Random(seed));

    private static bool Agree(OptionLines.Line line, Answer theirs, Answer ours, bool isLacking) => LacksModule(theirs) || (ours.Code == 0 && LacksObject(line, theirs))
        || (line.MayDiffer ? ours.Code != 0 || theirs.Code == 0
        : line.IsForeign ? theirs.Code != 0 && ours.Code != 0
        : isLacking ? theirs.Code is 0 or 1
        : theirs == ours);

    /// <summary>This kernel does not have it: what is asked of it there is refused by the kernel, here when the rules are to be in force.</summary>
    private static bool LacksModule(Answer theirs) => theirs.Code == 1 && theirs.Words.Contains("missing kernel module?", StringComparison.Ordinal);

    /// <summary>There is no accounting object of that name: the kernel says so at once, and here when the rules are to be in force.</summary>
    private static bool LacksObject(OptionLines.Line line, Answer theirs) =>
        theirs.Code == 1 && theirs.Words.EndsWith(": No chain/target/match by that name.", StringComparison.Ordinal) && line.ToString().Contains("nfacct", StringComparison.Ordinal);

    private static int Number(string variable, int usual) =>
        Environment.GetEnvironmentVariable(variable) is { Length: > 0 } text ? int.Parse(text, CultureInfo.InvariantCulture) : usual;

    private static Answer Ask(OptionLines.Line line, out bool isLacking)
    {
        isLacking = false;
        Family family = line.Program == "iptables" ? Family.IPv4 : Family.IPv6;
        RuleCommand? command = RuleCommand.Read(
            line.Program, ["-A", line.Chain, .. line.Words], new ReadOptions { Families = family.ToSet() }, out ImmutableArray<Diagnostic> wrong);
        if (command is not null)
        {
            ReadResult result = command.ApplyTo(RuleSet.Empty);
            if (result.Rules is { } rules)
            {
                return new(0, command.NeverMatchedProtocol is null ? "" : NeverMatched(command.NeverMatchedProtocol), $"-A {line.Chain} {rules.Find(line.Chain)?.Rules.LastOrDefault()}");
            }

            wrong = result.Diagnostics;
        }

        isLacking = wrong[0].Code == ErrorCodes.NotInForce;
        return Refused(line.Program, wrong[0].Convention ?? new Convention(ConventionKind.Usage, wrong[0].Message));
    }

    private static string NeverMatched(string protocol) => $"Warning: never matched protocol: {protocol}. use extension match instead.";

    private static Answer Refused(string program, Convention convention)
    {
        string help = $"Try `{program} -h' or '{program} --help' for more information.";
        return convention.Kind switch
        {
            ConventionKind.Refusal => new(1, $"{program}: {convention.Text}", ""),
            ConventionKind.Bare => new(2, convention.Text.Length > 0 ? $"{convention.Text}\n{help}" : help, ""),
            _ => new(2, $"{program} v1.8.9 (legacy): {convention.Text}\n{help}", ""),
        };
    }

    private Answer[] AskIptables(OptionLines.Line[] lines)
    {
        var script = new StringBuilder($$"""
            export XTABLES_LOCKFILE={{_directory}}/lock
            try() { # program, chain, words of the rule
                local program=$1-legacy chain=$2 told saved= code; shift 2
                told=$($program -A $chain "$@" 2>&1); code=$?
                if ((code == 0)); then
                    saved=$($program -S $chain 2>/dev/null | tail -n 1)
                    $program -F $chain
                fi
                printf '%s\x1f%s\x1f%s\x1e' $code "$told" "$saved"
            }

            """);
        foreach (OptionLines.Line line in lines)
        {
            script.Append($"try {line.Program} {line.Chain} {string.Join(' ', line.Words.Select(Quoted))}\n");
        }

        string file = Path.Combine(_directory, "lines");
        File.WriteAllText(file, script.ToString());
        CommandResult result = CommandResult.Of("ip", _namespace.Inside("bash", file), limit: TimeSpan.FromHours(1));
        Answer[] answers = [.. result.Output.Split('\x1e')[..^1].Select(answer => answer.Split('\x1f')).Select(parts => new Answer(int.Parse(parts[0], CultureInfo.InvariantCulture), parts[1], parts[2]))];
        Assert.Equal(lines.Length, answers.Length);
        return answers;
    }

    private static string Quoted(string text) => $"'{text.Replace("'", "'\\''", StringComparison.Ordinal)}'";
}

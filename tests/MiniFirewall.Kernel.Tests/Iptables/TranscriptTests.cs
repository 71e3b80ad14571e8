using System.Text.RegularExpressions;
using MiniFirewall.Kernel.Tests.Cli;
using Xunit;

namespace MiniFirewall.Kernel.Tests.Iptables;

/// <summary>Replays a transcript of the real iptables where there is one beside the repository: every iptables command line, with its text and exit code.</summary>
public sealed partial class TranscriptTests : IDisposable
{
    private const string Program = "xtables-legacy-multi";

    private readonly NamedNamespace _namespace = new();

    public void Dispose() => _namespace.Dispose();

    [Fact]
    public void Every_command_line_says_and_returns_what_it_did()
    {
        string? file = Find(new DirectoryInfo(AppContext.BaseDirectory));
        Assert.SkipUnless(file is not null, "no transcript is beside the repository");
        int compared = 0;
        foreach (Match entry in Entries().Matches(File.ReadAllText(file!)))
        {
            string[] words = WordsOf(entry.Groups["line"].Value);
            if (words is [Program, "iptables", .. not ["--help"]])
            {
                CommandResult result = _namespace.Minifw(words);
                string expected = entry.Groups["text"].Value.Replace("(legacy)", "(miniFirewall)", StringComparison.Ordinal);
                if (IsExecuted(words))
                {
                    Assert.Equal($"{entry.Groups["line"].Value}\n{expected}[exit {entry.Groups["code"].Value}]", $"{entry.Groups["line"].Value}\n{result.Output}{result.Error}[exit {result.ExitCode}]");
                    compared++;
                }
            }
        }

        Assert.True(compared > 40, $"{compared} command lines");
    }

    /// <summary>Extensions that others than these tests answer for.</summary>
    private static bool IsExecuted(string[] words) => !words.Any(word => word is "limit" or "state") || words.Contains("-P");

    /// <summary>The transcript shows words without their quotes; it has three arguments with blanks.</summary>
    private static string[] WordsOf(string line) =>
        [.. Phrases().Replace(line, match => match.Value.Replace(' ', '\a')).Split(' ').Select(word => word.Replace('\a', ' '))];

    private static string? Find(DirectoryInfo? folder) => folder is null ? null
        : Path.Combine(folder.FullName, "shared", "data", "cli-transcript-legacy.txt") is var file && File.Exists(file) ? file
        : Find(folder.Parent);

    [GeneratedRegex(@"^\$ (?<line>.*(?:\n[^$\[].*COMMIT.*)?)\n(?<text>(?:(?!\$ |\[exit).*\n)*)\[exit (?<code>\d+)\]$", RegexOptions.Multiline)]
    private static partial Regex Entries();

    [GeneratedRegex("this prefix is longer than 29 characters|it's \"quoted\"")]
    private static partial Regex Phrases();
}

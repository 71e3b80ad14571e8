using System.Text.RegularExpressions;
using MiniFirewall.Rules.Matches;
using MiniFirewall.Rules.Targets;
using Xunit;

namespace MiniFirewall.Tests.Rules;

/// <summary>docs/compatibility.md has a row for each match and target, and no other but for those of other tables.</summary>
public sealed partial class CompatibilityDocumentTests
{
    /// <summary>Rows that are no names of matches: two halves of one, and one that iptables does not have either.</summary>
    private static readonly string[] Extra = ["bpf --bytecode", "bpf --object-pinned", "udplite"];

    [Fact]
    public void Every_match_and_target_has_a_row()
    {
        string document = File.ReadAllText(SharedData.Repository("docs/compatibility.md"));
        (string Names, string Says)[] rows = [.. Row().Matches(document).Select(row => (row.Groups[1].Value, row.Groups[2].Value))];
        string[] listed =
        [
            .. rows.Where(row => !row.Says.StartsWith("refused: of table", StringComparison.Ordinal))
                .SelectMany(row => Name().Matches(row.Names)).Select(name => name.Groups[1].Value),
        ];
        string[] known =
        [
            .. MatchRegistry.All.Select(match => match.Name).Where(name => name != "bpf"), .. Extra, .. TargetRegistry.All.Select(target => target.Name),
        ];
        Assert.Equal(known.Order(StringComparer.Ordinal), listed.Order(StringComparer.Ordinal));
    }

    [GeneratedRegex("^\\| (`[^|]*`) \\| ([^|]*) \\|", RegexOptions.Multiline)]
    private static partial Regex Row();

    [GeneratedRegex("`([^`]*)`")]
    private static partial Regex Name();
}

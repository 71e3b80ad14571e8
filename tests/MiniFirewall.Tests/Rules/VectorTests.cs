using MiniFirewall.Packets;
using MiniFirewall.Rules.Language;
using MiniFirewall.Rules.Model;
using Xunit;

namespace MiniFirewall.Tests.Rules;

/// <summary>
/// The files of vectors/, in the format of iptables' own extension tests: ":CHAIN,..." names the chains of the lines below it,
/// "rule;expected;OK" is a rule that prints as expected ("=": as written) and reads back equal, "rule;;FAIL" one that is refused; "%..." is a
/// command that the others need where they are put in force, and "@..." one of another program's. A file's name begins with its families: ipt_, ip6t_ or xt_.
/// </summary>
public sealed class VectorTests
{
    private static readonly string Folder = SharedData.Here("vectors");

    public static TheoryData<string> Files => [.. Directory.EnumerateFiles(Folder, "*.t").Select(file => Path.GetFileName(file)).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Files))]
    public void Every_line_is_read_printed_and_refused_as_it_says(string file)
    {
        string[] chains = [];
        List<string> wrong = [];
        foreach (string line in File.ReadLines(Path.Combine(Folder, file)))
        {
            if (line.StartsWith(':'))
            {
                chains = line[1..].Split(',');
            }
            else if (line.Length > 0 && line[0] is not ('#' or '%' or '@'))
            {
                Assert.NotEmpty(chains);
                wrong.AddRange(chains.SelectMany(chain => FamiliesOf(file).Select(family => Check(chain, line, family))).Where(problem => problem.Length > 0));
            }
        }

        Assert.Empty(wrong);
    }

    private static FamilySet[] FamiliesOf(string file) => file.Split('_')[0] switch
    {
        "ipt" => [FamilySet.IPv4],
        "ip6t" => [FamilySet.IPv6],
        "xt" => [FamilySet.IPv4, FamilySet.IPv6],
        _ => throw new InvalidOperationException($"{file} does not begin with its families"),
    };

    /// <summary>What is wrong with a line; empty where nothing is.</summary>
    private static string Check(string chain, string line, FamilySet family)
    {
        string[] parts = line.Split(';');
        ReadResult result = Read($"-A {chain} {parts[0]}", family);
        return (result.Rules, parts[2]) switch
        {
            (null, "FAIL") => "",
            (null, "OK") => $"{family} {chain}: {line}: {result.Diagnostics[0]}",
            (RuleSet, "FAIL") => $"{family} {chain}: {line}: is taken",
            (RuleSet rules, "OK") => CheckPrinted(chain, line, family, rules),
            _ => $"{line}: ends in neither OK nor FAIL",
        };
    }

    private static string CheckPrinted(string chain, string line, FamilySet family, RuleSet rules)
    {
        string[] parts = line.Split(';');
        string expected = parts[1] == "=" ? parts[0] : parts[1];
        string printed = rules.Find(chain)!.Rules.Single().ToString();
        if (printed != expected)
        {
            return $"{family} {chain}: {line}: prints {printed}";
        }

        RuleSet? again = Read($"-A {chain} {printed}", family).Rules;
        return rules.Equals(again) ? "" : $"{family} {chain}: {line}: {printed} reads back as another rule";
    }

    private static ReadResult Read(string text, FamilySet family) =>
        RuleSetReader.Read("vectors", text, Reading.Options(family) with { TakesLacking = true });
}

using System.Text;
using MiniFirewall.Kernel.Tests.Cli;
using MiniFirewall.Kernel.Tests.Support;
using Xunit;

namespace MiniFirewall.Kernel.Tests.Iptables;

/// <summary>
/// Files in the format of iptables' own extension tests, as its runner gives them: each rule is appended, looked for in what is saved,
/// and deleted, by a command each, through a link named xtables-legacy-multi. Rules that cannot be in force must say so by name.
/// </summary>
public sealed class VectorCommandTests(ITestOutputHelper output) : IDisposable
{
    private const string Loaded = "loaded", Missed = "missed", Stuck = "stuck", Refused = "refused", Lacking = "lacking";

    private readonly NamedNamespace _namespace = new();
    private readonly string _links = Directory.CreateTempSubdirectory("minifw-links-").FullName;

    public void Dispose()
    {
        _namespace.Dispose();
        Directory.Delete(_links, recursive: true);
    }

    [Fact]
    public void Rules_of_our_own_are_appended_saved_and_deleted() =>
        Run(Path.Combine(Root(AppContext.BaseDirectory), "tests/MiniFirewall.Tests/Rules/vectors"), name => name.Split('_')[0]);

    [Fact]
    public void Rules_of_iptables_own_tests_are_appended_saved_and_deleted() =>
        Run(SharedData.Folder("iptables-t"), name => name.StartsWith("libip6t_", StringComparison.Ordinal) ? "ip6t" : name.StartsWith("libipt_", StringComparison.Ordinal) ? "ipt" : "xt");

    private static string Root(string folder) => File.Exists(Path.Combine(folder, "MiniFirewall.slnx")) ? folder : Root(Path.GetDirectoryName(folder)!);

    private void Run(string folder, Func<string, string> kindOf)
    {
        File.CreateSymbolicLink(Path.Combine(_links, "xtables-legacy-multi"), MinifwBinary.Path);
        List<string> wrong = [];
        var results = new Dictionary<string, int>();
        foreach (string file in Directory.EnumerateFiles(folder, "*.t").Order(StringComparer.Ordinal))
        {
            foreach (string program in ProgramsOf(kindOf(Path.GetFileName(file))))
            {
                Vector[] vectors = [.. Vector.Of(File.ReadLines(file))];
                string[] answers = _namespace.Shell(Script(program, File.ReadLines(file), vectors)).Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
                Assert.True(answers.Length == vectors.Length, $"{file}: {vectors.Length} rules, {answers.Length} answers");
                foreach ((Vector vector, string answer) in vectors.Zip(answers))
                {
                    string result = answer.Split(' ')[0];
                    results[result] = results.GetValueOrDefault(result) + 1;
                    if (vector.IsRight ? result is not (Loaded or Lacking) : result is not (Refused or Lacking))
                    {
                        wrong.Add($"{Path.GetFileName(file)}, {program} -A {vector.Chain} {vector.Rule}: {answer}");
                    }
                }
            }
        }

        output.WriteLine(string.Join(", ", results.Select(result => $"{result.Value} {result.Key}")));
        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
        Assert.True(results.GetValueOrDefault(Loaded) > 100 && results.GetValueOrDefault(Refused) > 20);
    }

    private static string[] ProgramsOf(string kind) => kind switch
    {
        "ipt" => ["iptables"],
        "ip6t" => ["ip6tables"],
        _ => ["iptables", "ip6tables"],
    };

    /// <summary>Prints a line a rule. Rules stand in files as they would be typed, quotes and all.</summary>
    /// <param name="lines">Of the file: what begins with "%" is a command of ours that rules need, what begins with "@" one of somebody else's.</param>
    private string Script(string program, IEnumerable<string> lines, IEnumerable<Vector> vectors)
    {
        string multi = $"{_links}/xtables-legacy-multi";
        var script = new StringBuilder($$"""
            try() { # chain, what is saved, words of the rule
                local chain=$1 saved=$2; shift 2
                local told
                if ! told=$({{multi}} {{program}} -A $chain "$@" 2>&1); then
                    case $told in *'cannot be in force'* | *' and xt_LED ('* | *' and xt_ipvs ('*) echo {{Lacking}} ;; *) echo "{{Refused}} ${told%%$'\n'*}" ;; esac
                    return
                fi
                if ! {{multi}} {{program}}-save -t filter | grep -qxF -e "$saved"; then
                    echo "{{Missed}} $({{multi}} {{program}} -S $chain | tail -n 1)"
                    {{multi}} {{program}} -F
                elif [[ $1 == -c ]]; then # counters cannot stand with -D
                    {{multi}} {{program}} -D $chain 1 && echo {{Loaded}}
                elif told=$({{multi}} {{program}} -D $chain "$@" 2>&1); then
                    echo {{Loaded}}
                else
                    echo "{{Stuck}} ${told%%$'\n'*}"
                    {{multi}} {{program}} -F
                fi
            }

            """);
        foreach (string line in lines.Where(line => line is ['%' or '@', ..]))
        {
            script.Append(line[0] == '%' ? $"{multi} {program} {line[1..]}\n" : $"{line[1..]}\n");
        }

        foreach (Vector vector in vectors)
        {
            script.Append($"try {vector.Chain} {Quoted(vector.Saved)} {vector.Rule}\n");
        }

        return script.Append($"{multi} {program} -F\n").ToString();
    }

    private static string Quoted(string text) => $"'{text.Replace("'", "'\\''", StringComparison.Ordinal)}'";

    /// <summary>One rule of a file, in the first of its chains that the filter table has.</summary>
    private sealed record Vector(string Chain, string Rule, string Saved, bool IsRight)
    {
        internal static IEnumerable<Vector> Of(IEnumerable<string> lines)
        {
            string? chain = null;
            bool isFilter = true;
            foreach (string line in lines.Where(line => line is not ("" or ['#' or '@' or '%', ..])))
            {
                if (line[0] == ':')
                {
                    chain = line[1..].Split(',').FirstOrDefault(name => name is "INPUT" or "FORWARD" or "OUTPUT");
                }
                else if (line[0] == '*')
                {
                    isFilter = line == "*filter";
                }
                else if (isFilter && chain is not null)
                {
                    string[] parts = line.Split(';');
                    string saved = parts[1] == "=" ? parts[0] : parts[1];
                    yield return new(chain, parts[0], $"-A {chain} {saved}".TrimEnd(), parts[2] == "OK");
                }
            }
        }
    }
}

using System.Globalization;
using System.IO.Compression;
using System.Text.Json;
using System.Text.RegularExpressions;
using MiniFirewall.Bench.ClassBench;

namespace MiniFirewall.Bench.Classify;

/// <summary>
/// Real packets through routers in namespaces, one an engine, all in one interleaved run of the yardstick: generated lists
/// that nft's sets can express, and ClassBench lists that they cannot.
/// </summary>
internal sealed partial class RouterBench(Yardstick yardstick, ClassifyOptions options, Measurements found)
{
    private const string Peers = "ipt-legacy,nft-lin,nft-set,nft-vmap", Minifw = "custom";
    private const int Rules = 10_000;

    internal void Run()
    {
        foreach ((int rules, int seconds) in ((int, int)[])[(10, 20), (100, 20), (1000, 30), (Rules, 60)])
        {
            Try(() => RunGenerated(rules, seconds));
        }

        Try(RunLoads);
        var files = new FilterSetFiles(options.Data);
        foreach (string family in files.Exists ? options.Families.Count > 0 ? options.Families : files.Families : [])
        {
            if (files.FindRules(family, "10k") is { } path)
            {
                Try(() => RunClassBench($"{family}_10k", path));
            }
        }
    }

    private static string NameOf(string engine) => engine == Minifw ? "minifw" : engine;

    /// <summary>A script that fails is told of, and the others run all the same.</summary>
    private static void Try(Action step)
    {
        try
        {
            step();
        }
        catch (InvalidOperationException error)
        {
            Console.Error.WriteLine($"classify: left out: {Words.Short(error.Message)}");
        }
    }

    private void RunGenerated(int rules, int seconds)
    {
        yardstick.Run("bench.py", ["perpkt", "-n", $"{rules}", "-B", $"{seconds}", "-e", $"none,bpf-accept,bpf-drop,{Peers},{Minifw}", "--traces", "miss,uni"]);
        foreach (JsonElement row in Rows("perpkt"))
        {
            string engine = NameOf(row.GetProperty("engine").GetString()!);
            string packets = row.GetProperty("trace").GetString()! == "miss" ? "matches nothing" : "every rule";
            found.Traffic.Add(new(
                rules, "generated, address and port", packets, engine, row.GetProperty("netp").GetDouble(), row.GetProperty("ratio").GetDouble(), ""));
        }
    }

    private void RunLoads()
    {
        yardstick.Run("bench.py", ["load", "-n", $"10,1000,{Rules}", "-e", $"{Peers},{Minifw}", "--reps", "5"]);
        foreach (JsonElement row in Rows("load"))
        {
            var samples = new Samples();
            foreach (JsonElement seconds in row.GetProperty("load").EnumerateArray())
            {
                samples.Add(seconds.GetDouble() * 1000);
            }

            found.Loads.Add(new(row.GetProperty("n").GetInt32(), NameOf(row.GetProperty("engine").GetString()!), samples.Percentile(0), samples.Median));
        }
    }

    /// <summary>
    /// nft-set is the generated list's set there, of as many address and port pairs, which these packets are looked up in and
    /// do not match: what an exact-match set costs in the same rounds. nft-vmap is the list itself, as far as nft takes it.
    /// </summary>
    private void RunClassBench(string list, string path)
    {
        string plain = Path.Combine(yardstick.Directory, list), folder = $"rules/{list}";
        using (Stream file = File.OpenRead(path), target = File.Create(plain))
        using (Stream source = path.EndsWith(".gz", StringComparison.Ordinal) ? new GZipStream(file, CompressionMode.Decompress) : file)
        {
            source.CopyTo(target);
        }

        yardstick.Run("gen/cb2rules.py", [plain, "-o", folder, "--target", "ACCEPT", "--trace-len", "4096"]);
        File.Copy(Path.Combine(yardstick.Directory, $"rules/n{Rules}/rules.set.nft"), Path.Combine(yardstick.Directory, folder, "rules.set.nft"), overwrite: true);
        string output = yardstick.Run("cbbench.py", [folder], $"none bpf-accept {Peers.Replace(',', ' ')} {Minifw}");
        Parse(list, output);
    }

    private void Parse(string list, string output)
    {
        int rules = int.Parse(CountLine().Match(output).Groups[1].Value, CultureInfo.InvariantCulture);
        Match[] lines = [.. EngineLine().Matches(output).Cast<Match>()];
        double bare = Number(lines.First(line => line.Groups["engine"].Value == "none"), "p10");
        foreach (Match line in lines)
        {
            double ratio = Number(line, "ratio");
            string engine = line.Groups["engine"].Value;
            string passed = line.Groups["passed"].Value, sent = line.Groups["sent"].Value;
            string note = engine == "nft-set" ? "10,000 exact pairs in place of the list" : passed == sent ? "" : $"only {passed} of {sent} passed";
            found.Traffic.Add(new(rules, list, "every rule", NameOf(engine), (ratio - 1) * bare, ratio, note));
        }

        foreach (Match line in FailureLine().Matches(output).Cast<Match>())
        {
            found.Traffic.Add(new(rules, list, "every rule", NameOf(line.Groups[1].Value), double.NaN, double.NaN, Words.Short("does not load: " + line.Groups[2].Value)));
        }
    }

    private static double Number(Match match, string group) => double.Parse(match.Groups[group].Value, CultureInfo.InvariantCulture);

    private List<JsonElement> Rows(string prefix)
    {
        string text = File.ReadAllText(yardstick.NewestResult(prefix)).Replace("NaN", "null", StringComparison.Ordinal);
        using var document = JsonDocument.Parse(text);
        return [.. document.RootElement.EnumerateArray().Select(row => row.Clone())];
    }

    [GeneratedRegex(@"'n': (\d+)")]
    private static partial Regex CountLine();

    [GeneratedRegex(@"^\s+(?<engine>\S+)\s+passed (?<passed>\d+) of (?<sent>\d+) \| uni p10\s+(?<p10>\d+) ns ratio (?<ratio>[\d.]+)", RegexOptions.Multiline)]
    private static partial Regex EngineLine();

    [GeneratedRegex(@"^\s+(\S+)\s+does not load:\s*(.*)$", RegexOptions.Multiline)]
    private static partial Regex FailureLine();
}

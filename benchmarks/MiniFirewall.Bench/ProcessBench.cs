namespace MiniFirewall.Bench;

/// <summary>What a command costs as a whole process, and what the binary weighs.</summary>
internal static class ProcessBench
{
    private const int Runs = 25;

    internal static void Run()
    {
        Console.WriteLine($"process: median of {Runs} runs, ms (ip netns exec included; its own cost is the first row)");
        using var host = new BenchHost("process");
        string directory = Directory.CreateTempSubdirectory("mfwbench-").FullName;
        try
        {
            // Names must resolve inside the namespace only: the addresses stand in for them here.
            string eight = Write(directory, "eight", EightWithAddresses());
            string thousand = Write(directory, "thousand", RuleLists.Generated(1000));
            Report(host, "true", "true");
            Report(host, "minifw --version (start-up)", Tool.Minifw, "--version");
            Report(host, "minifw apply, the eight rules", Tool.Minifw, "apply", eight);
            Report(host, "minifw show, the eight rules", Tool.Minifw, "show");
            Report(host, "minifw apply, 1,000 rules", Tool.Minifw, "apply", thousand);
            Report(host, "minifw show, 1,000 rules", Tool.Minifw, "show");
            Report(host, "iptables-legacy-restore, 1,000 rules", "iptables-legacy-restore", thousand);
            Tool.Run("ip", "netns", "exec", host.Name, Tool.Minifw, "off");
            Console.WriteLine($"  {"binary, MB",-44} {new FileInfo(Tool.Minifw).Length / 1e6,8:F2}");
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    private static void Report(BenchHost host, string name, params string[] command)
    {
        var samples = new Samples();
        for (int i = 0; i < Runs; i++)
        {
            samples.Add(Tool.Time("ip", ["netns", "exec", host.Name, .. command]).TotalMilliseconds);
        }

        Console.WriteLine($"  {name,-44} {samples.Median,8:F1}   (best {samples.Percentile(0):F1})");
    }

    private static string Write(string directory, string name, string text)
    {
        string path = Path.Combine(directory, name);
        File.WriteAllText(path, text);
        return path;
    }

    private static string EightWithAddresses() => RuleLists.EightRules
        .Replace("-d bigmart.com", "-d 198.51.100.44", StringComparison.Ordinal)
        .Replace("-d bigmart-data.com", "-d 198.51.100.64", StringComparison.Ordinal)
        .Replace("-d ubuntu.com", "-d 198.51.100.40", StringComparison.Ordinal)
        .Replace("-d ca.archive.ubuntu.com", "-d 198.51.100.84", StringComparison.Ordinal);
}

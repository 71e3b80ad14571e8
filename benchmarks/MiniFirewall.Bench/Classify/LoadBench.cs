using MiniFirewall.Bench.ClassBench;

namespace MiniFirewall.Bench.Classify;

/// <summary>
/// Whole processes: text to enforced in a namespace of its own, one rule more and less, beside iptables-legacy-restore and
/// nft -f of the same lists; and what the rules take of the kernel's memory.
/// </summary>
internal sealed class LoadBench(ClassifyOptions options, Measurements found) : IDisposable
{
    private static readonly string[] OneRule = ["FORWARD", "-s", "198.51.100.7/32", "-p", "tcp", "-m", "tcp", "--dport", "4242", "-j", "DROP"];

    /// <summary>What most hosts have: states, and a few open ports. Each of the six programs tracks connections then.</summary>
    private const string HostRules = """
        *filter
        :INPUT DROP [0:0]
        :FORWARD DROP [0:0]
        :OUTPUT ACCEPT [0:0]
        -A INPUT -i lo -j ACCEPT
        -A INPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
        -A INPUT -m conntrack --ctstate INVALID -j DROP
        -A INPUT -p tcp -m tcp --dport 22 -m conntrack --ctstate NEW -j ACCEPT
        -A INPUT -p tcp -m multiport --dports 80,443 -j ACCEPT
        -A INPUT -p icmp -m icmp --icmp-type 8 -m limit --limit 5/sec -j ACCEPT
        -A INPUT -s 10.0.0.0/8 -p udp -m udp --dport 53 -j ACCEPT
        -A INPUT -s 192.0.2.0/24 -p tcp -m tcp --dport 5432 -j ACCEPT
        -A INPUT -d 224.0.0.0/4 -j DROP
        -A INPUT -p tcp -j DROP
        COMMIT

        """;

    private readonly string _directory = Directory.CreateTempSubdirectory("mfwbench-").FullName;

    internal void Run()
    {
        using (var empty = new ScratchNamespace())
        {
            Add("", "", "true (what the measuring itself costs)", null, 25, () => empty.Time("true"));
            Add("", "", "minifw --version (start-up)", null, 25, () => empty.Time(Tool.Minifw, "--version"));
        }

        RunHost();
        var files = new FilterSetFiles(options.Data);
        foreach (string size in options.Sizes.Where(size => size != "100"))
        {
            foreach (string family in options.Families.Count > 0 ? options.Families : files.Families)
            {
                if (ListCut.Of(files, family, size).FirstOrDefault() is { } list)
                {
                    RunList(list);
                }
            }
        }
    }

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    private static (double Apply, double One) LimitsOf(string size) => size switch
    {
        "10" => (15, 8),
        "1k" => (30, 8),
        "10k" => (100, 10),
        _ => (700, 20),
    };

    /// <summary>A rule more and less is the second of its kind: the first one makes another program, for lists that change.</summary>
    private void RunHost()
    {
        const string Size = "10", List = "a host's, with states";
        string rules = Write("host", HostRules);
        Add(Size, List, "minifw apply", null, 15, () => InFresh(Tool.Minifw, "apply", rules));
        Add(Size, List, "iptables-legacy-restore", null, 5, () => InFresh("iptables-legacy-restore", rules));
        using var place = new ScratchNamespace();
        place.Run(Tool.Minifw, "apply", rules);
        TimeSpan Change(string what) => place.Time(Tool.Minifw, ["iptables", what, .. OneRule]);
        Add(Size, List, "minifw iptables -A, the first", null, 1, () => Change("-A"));
        Add(Size, List, "minifw iptables -A, at the end", null, 15, () => Change("-A"));
        Add(Size, List, "minifw iptables -D, the last", null, 15, () => Change("-D"));
    }

    private void RunList(ListCut list)
    {
        Console.Error.WriteLine($"classify: {list.Name}, {list.Rules.Length} rules, whole processes");
        int runs = list.Rules.Length > 20_000 ? 7 : 15;
        foreach (AddressForm form in (AddressForm[])[AddressForm.IPv4, AddressForm.Spread])
        {
            string rules = Write("rules", new RuleListing(list.Rules, form).Text);
            bool applied = Add(list.Size, list.Name, $"minifw apply, {form.Name}", LimitsOf(list.Size).Apply, runs, () => InFresh(Tool.Minifw, "apply", rules));
            if (applied)
            {
                found.Memory.Add(MeasureMemory(list, form, rules));
            }

            if (applied && form == AddressForm.IPv4)
            {
                ChangeOne(list, rules, runs);
                LoadKept(list, rules, runs);
            }
        }

        Peers(list, Math.Min(runs, 5));
    }

    private void ChangeOne(ListCut list, string rules, int runs)
    {
        using var place = new ScratchNamespace();
        place.Run(Tool.Minifw, "apply", rules);
        double limit = LimitsOf(list.Size).One;
        TimeSpan Change(string what) => place.Time(Tool.Minifw, ["iptables", what, .. OneRule]);
        bool can = Add(list.Size, list.Name, "minifw iptables -A, at the end", limit, runs, () => Change("-A"));
        if (can)
        {
            Add(list.Size, list.Name, "minifw iptables -D, the last", limit, runs, () => Change("-D"));
            Add(list.Size, list.Name, "minifw iptables -I, at the head", limit, runs, () => Change("-I"));
        }
    }

    /// <summary>What a boot does: the rule set on disk, as it is kept and without its compiled form.</summary>
    private void LoadKept(ListCut list, string rules, int runs)
    {
        using var place = new ScratchNamespace();
        place.Run(Tool.Minifw, "apply", rules);
        string form = place.KeptDirectory! + "/compiled";
        TimeSpan Load(bool isText)
        {
            place.Run(Tool.Minifw, "off", "--temporary");
            if (isText)
            {
                File.Delete(form);
            }

            return place.Time(Tool.Minifw, "load");
        }

        Add(list.Size, list.Name, "minifw load, compiled form", null, runs, () => Load(isText: false));
        Add(list.Size, list.Name, "minifw load, text alone", null, runs, () => Load(isText: true));
    }

    private void Peers(ListCut list, int runs)
    {
        string save = Write("save", new RuleListing(list.Rules, AddressForm.IPv4).Text), nft = Write("nft", NftWriter.Linear(list.Rules));
        Add(list.Size, list.Name, "iptables-legacy-restore", null, runs, () => InFresh("iptables-legacy-restore", save));
        Add(list.Size, list.Name, "nft -f, linear", null, runs, () => InFresh("nft", "-f", nft));
    }

    private static MemoryResult MeasureMemory(ListCut list, AddressForm form, string rules)
    {
        using MemoryGroup? group = MemoryGroup.TryMake();
        using var place = new ScratchNamespace();
        string[] apply = [Tool.Minifw, "apply", rules];
        string[] command = group?.Inside(apply) ?? apply;
        place.Run(command[0], command[1..]);
        return new(list.Size, $"{list.Name} {form.Name}", list.Rules.Length, PinnedMemory.Measure(place.PinDirectory!), group?.KernelBytes);
    }

    private static TimeSpan InFresh(string file, params string[] arguments)
    {
        using var place = new ScratchNamespace();
        return place.Time(file, arguments);
    }

    /// <summary>False where the command fails; its word becomes the row's.</summary>
    private bool Add(string size, string list, string command, double? limit, int runs, Func<TimeSpan> time)
    {
        var result = new ProcessResult(size, list, command, limit) { Runs = runs };
        var samples = new Samples();
        try
        {
            for (int i = 0; i < runs; i++)
            {
                samples.Add(time().TotalMilliseconds);
            }
        }
        catch (ToolException error)
        {
            found.Processes.Add(result with { Runs = 0, Failure = Words.Short(error.Error) });
            return false;
        }

        found.Processes.Add(result with { Best = samples.Percentile(0), Median = samples.Median });
        return true;
    }

    private string Write(string name, string text)
    {
        string path = Path.Combine(_directory, name);
        File.WriteAllText(path, text);
        return path;
    }
}

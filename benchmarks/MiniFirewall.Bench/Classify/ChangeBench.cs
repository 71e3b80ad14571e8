namespace MiniFirewall.Bench.Classify;

/// <summary>
/// `./bench changes`: whole processes of iptables that add one rule to a long list and take it away again, beside iptables-legacy. The first rule of its kind
/// asks for what no rule before asked, and has other programs loaded; the ones behind it do not.
/// </summary>
internal static class ChangeBench
{
    private const int Turns = 7, FirstTurns = 3, Most = 100_000;

    private static readonly int[] s_lists = [1000, 20_000, Most];

    private static readonly (string Kind, string Rule)[] s_kinds =
    [
        ("addresses and ports", "INPUT -s 192.0.2.1 -p tcp --dport 22 -j DROP"),
        ("an interface", "INPUT -i eth0 -p tcp --dport 22 -j DROP"),
        ("-m limit", "INPUT -p tcp --dport 22 -m limit --limit 5/min -j ACCEPT"),
        ("-m recent", "INPUT -p tcp --dport 22 -m recent --name seen --update --seconds 60 -j DROP"),
        ("-m hashlimit", "INPUT -p tcp --dport 22 -m hashlimit --hashlimit-name rates --hashlimit-upto 5/min --hashlimit-mode srcip -j ACCEPT"),
        ("-m string", "INPUT -p tcp --dport 80 -m string --algo bm --string abc -j DROP"),
        ("-j REJECT", "INPUT -p tcp --dport 23 -j REJECT --reject-with tcp-reset"),
        ("-j MARK", "INPUT -p tcp --dport 80 -j MARK --set-mark 1"),
        ("-j NFQUEUE", "INPUT -p tcp --dport 80 -j NFQUEUE --queue-num 1"),
        ("-m conntrack", "INPUT -m conntrack --ctstate ESTABLISHED -j ACCEPT"),
        ("OUTPUT, which had no rules", "OUTPUT -p tcp --dport 80 -j DROP"),
    ];

    /// <summary>The exit code: 2 for arguments that are none.</summary>
    /// <param name="arguments">--write for docs/performance.md; may be left out.</param>
    internal static int Run(ReadOnlySpan<string> arguments)
    {
        bool write = arguments is ["--write"];
        if (!write && !arguments.IsEmpty)
        {
            Console.Error.WriteLine("usage: ./bench changes [--write]");
            return 2;
        }

        var table = new TextTable(["adding one rule, ms", .. s_lists.SelectMany(rules => (string[])[$"{rules:N0}: first", "next", "legacy"])]);
        var rows = s_kinds.Select(kind => new List<string> { kind.Kind }).ToArray();
        foreach (int rules in s_lists)
        {
            string file = Path.GetTempFileName();
            File.WriteAllText(file, RuleLists.Generated(rules).Replace("-A OUTPUT", "-A INPUT", StringComparison.Ordinal));
            for (int kind = 0; kind < s_kinds.Length; kind++)
            {
                rows[kind].AddRange(Measure(file, s_kinds[kind].Rule.Split(' ')));
            }

            File.Delete(file);
        }

        Array.ForEach(rows, row => table.Add([.. row]));
        Console.WriteLine(table);
        if (write)
        {
            new PerformanceDocument("docs").Write([("changes", table)]);
        }

        return 0;
    }

    /// <summary>Medians; each first one is that of a list just loaded.</summary>
    private static string[] Measure(string file, string[] rule)
    {
        Samples first = new(), next = new(), legacy = new();
        for (int turn = 0; turn < FirstTurns; turn++)
        {
            using var space = new ScratchNamespace();
            space.Run(Tool.Minifw, "iptables-restore", file);
            first.Add(space.Time(Tool.Minifw, ["iptables", "-A", .. rule]).TotalMilliseconds);
            for (int again = 0; turn == 0 && again < Turns; again++)
            {
                next.Add(space.Time(Tool.Minifw, ["iptables", "-A", .. rule]).TotalMilliseconds);
            }
        }

        using var other = new ScratchNamespace();
        other.Run("iptables-legacy-restore", file);
        for (int turn = 0; turn < Turns; turn++)
        {
            legacy.Add(other.Time("iptables-legacy", ["-A", .. rule]).TotalMilliseconds);
        }

        return [$"{first.Median:F0}", $"{next.Median:F0}", $"{legacy.Median:F0}"];
    }
}

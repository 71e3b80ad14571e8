using MiniFirewall.Engine;
using Xunit;

namespace MiniFirewall.Kernel.Tests.Cli;

/// <summary>Tables of nftables that carry out targets come and go with the rules, and nothing passes unseen where somebody takes them away.</summary>
public sealed class KernelTargetTests : IDisposable
{
    /// <summary>What is sent to each port of the loopback interface is counted where it comes out of everything.</summary>
    private const string Watch = """
        table inet watch {
            chain input { type filter hook input priority 200; udp dport 1 counter; udp dport 2 counter; udp dport 3 counter; udp dport 4 counter; }
        }
        """;

    private const string Send = "for port in 1 2 3 4; do echo > /dev/udp/127.0.0.1/$port; done; nft list table inet watch | grep -o 'packets [0-9]*' | tr -dc '0-9\\n' | paste -sd ' '";

    private const string Rules = """
        -A INPUT -p udp --dport 1 -j NFQUEUE --queue-num 11
        -A INPUT -p udp --dport 2 -j AUDIT --type drop
        -A INPUT -p udp --dport 2 -j DROP
        -A INPUT -p udp --dport 3 -j NFQUEUE --queue-num 12 --queue-bypass
        """;

    private readonly NamedNamespace _namespace;

    public KernelTargetTests()
    {
        Assert.SkipUnless(ProviderChoice.KernelHasLinks, "such targets need Linux 6.4");
        _namespace = new();
        _namespace.Shell($"ip link set lo up; nft -f - <<'END'\n{Watch}\nEND").Succeeded();
    }

    private string Tables => _namespace.Shell("nft list tables | grep minifw | cut -d ' ' -f 2,3 | sed 's/-[0-9a-f]*$//' | sort | uniq -c | tr -s ' ' | paste -sd ,").Succeeded().Trim();

    public void Dispose() => _namespace.Dispose();

    [Fact]
    public void They_come_with_the_first_rule_and_go_with_the_last()
    {
        Assert.Equal("1 1 1 1\n", _namespace.Shell(Send).Succeeded());
        Apply(Rules);
        Assert.Equal("1 ip minifw-audit, 2 ip minifw-nfqueue, 1 ip6 minifw-audit, 2 ip6 minifw-nfqueue", Tables);
        Assert.Equal("1 1 2 2\n", _namespace.Shell(Send).Succeeded());
        _namespace.Minifw("iptables", "-D", "INPUT", "2").Succeeded();
        Assert.Equal("2 ip minifw-nfqueue, 1 ip6 minifw-audit, 2 ip6 minifw-nfqueue", Tables);
        _namespace.Minifw("iptables", "-A", "INPUT", "-p", "udp", "--dport", "4", "-j", "NFQUEUE", "--queue-num", "13").Succeeded();
        Assert.Equal("3 ip minifw-nfqueue, 1 ip6 minifw-audit, 2 ip6 minifw-nfqueue", Tables);
        Assert.Equal("1 1 3 2\n", _namespace.Shell(Send).Succeeded());
        Apply("-A INPUT -p udp --dport 1 -j DROP\n");
        Assert.Equal("", Tables);
        Assert.Equal("1 2 4 3\n", _namespace.Shell(Send).Succeeded());
        Apply(Rules);
        _namespace.Minifw("off", "--temporary").Succeeded();
        Assert.Equal("", Tables);
        Assert.Equal("2 3 5 4\n", _namespace.Shell(Send).Succeeded());
    }

    [Fact]
    public void Where_they_are_gone_what_they_decide_does_not_pass_and_what_is_dropped_stays_so()
    {
        Apply(Rules);
        _namespace.Shell($"nft flush ruleset && nft -f - <<'END'\n{Watch}\nEND").Succeeded();
        Assert.Equal("0 0 0 1\n", _namespace.Shell(Send).Succeeded());
        string found = _namespace.Minifw("doctor").Output;
        Assert.Contains("3 rules need nftables' tables \"minifw…\", and these are gone or not whole: packets pass as they came, and those for NFQUEUE, or that come to -m socket, helper or osf, not at all", found, StringComparison.Ordinal);
        Apply(Rules);
        Assert.Equal("0 0 1 2\n", _namespace.Shell(Send).Succeeded());
        Assert.DoesNotContain("not whole", _namespace.Minifw("doctor").Output, StringComparison.Ordinal);

        _namespace.Shell("for table in $(nft list tables | grep -o 'ip minifw.*' | tr ' ' :); do nft flush table ${table/:/ }; done").Succeeded();
        Assert.Equal("0 0 1 3\n", _namespace.Shell(Send).Succeeded());
        Assert.Contains("not whole", _namespace.Minifw("doctor").Output, StringComparison.Ordinal);
        Apply(Rules);
        Assert.Equal("0 0 2 4\n", _namespace.Shell(Send).Succeeded());
    }

    [Fact]
    public void An_accounting_object_has_to_be_there_and_without_a_quota()
    {
        _namespace.Shell("nfacct add web; nfacct add few packet 2").Succeeded();
        Apply("-A INPUT -p udp --dport 1 -m nfacct --nfacct-name web\n");
        string[] rule = ["iptables", "-A", "INPUT", "-p", "udp", "-m", "nfacct", "--nfacct-name"];
        CommandResult absent = _namespace.Minifw([.. rule, "none", "-j", "DROP"]);
        Assert.Equal((1, "iptables: there is no accounting object 'none': make it with 'nfacct add none'\n"), (absent.ExitCode, absent.Error));
        CommandResult limited = _namespace.Minifw([.. rule, "few", "-j", "DROP"]);
        Assert.Equal((3, "minifw: error: accounting object 'few' has a quota, and rules cannot ask whether that is used up: take one without\n"), (limited.ExitCode, limited.Error));
        Assert.Equal("1 1 1 1\n", _namespace.Shell(Send).Succeeded());
        Assert.Matches("pkts = 0*1, bytes = 0*29 } = web;", _namespace.Shell("nfacct list").Succeeded());
        Assert.NotEqual(0, _namespace.Shell("nfacct delete web").ExitCode);
        Apply("-A INPUT -p udp --dport 4 -j DROP\n");
        _namespace.Shell("nfacct delete web").Succeeded();
    }

    [Fact]
    public void Who_has_the_last_word_is_named()
    {
        Apply(Rules + "\n-A INPUT -p udp --dport 4 -j NFQUEUE --queue-balance 20:23\n-A INPUT -p udp --dport 5 -j QUEUE\n");
        Assert.StartsWith("ACCEPT: rule 1 of INPUT, if the program that listens to queue 11 lets it pass\n", _namespace.Minifw("why", "in", "lo", "udp", "127.0.0.1:9", "127.0.0.1:1").Succeeded(), StringComparison.Ordinal);
        Assert.Contains("\"lastWord\":\"the program that listens to one of queues 20:23\"", _namespace.Minifw("why", "in", "lo", "udp", "127.0.0.1:9", "127.0.0.1:4", "--json").Succeeded().Replace("\": \"", "\":\"", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.Contains("3 rules hand packets to queues that no program listens to (11, 20:23, 0): such packets are dropped", _namespace.Minifw("doctor").Output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_trial_leaves_those_of_the_rules_before()
    {
        Apply(Rules);
        string before = Tables;
        _namespace.MinifwWith("-A INPUT -j TEE --gateway 192.0.2.9\n", "apply", "--confirm", "60s", "-").Succeeded();
        Assert.Equal("1 ip minifw-audit, 2 ip minifw-nfqueue, 1 ip minifw-tee, 1 ip6 minifw-audit, 2 ip6 minifw-nfqueue", Tables);
        _namespace.Minifw("confirm", "--back").Succeeded();
        Assert.Equal("0 0 1 1\n", _namespace.Shell(Send).Succeeded());
        Apply(Rules);
        Assert.Equal(before, Tables);
    }

    [Fact]
    public void A_target_whose_module_is_missing_is_refused_and_so_are_too_many()
    {
        Apply("-A INPUT -p udp --dport 1 -j DROP\n");
        CommandResult refused = _namespace.MinifwWith("-A INPUT -j LED --led-trigger-id a\n", "apply", "--temporary", "-");
        Assert.SkipWhen(refused.ExitCode == 0, "this kernel has lamps");
        Assert.Contains("xt_LED", refused.FailedWith(3), StringComparison.Ordinal);
        string many = string.Concat(Enumerable.Range(0, 33).Select(queue => $"-A INPUT -j NFQUEUE --queue-num {queue}\n"));
        Assert.Contains("33 different targets", _namespace.MinifwWith(many, "apply", "--temporary", "-").FailedWith(1), StringComparison.Ordinal);
        Assert.Equal("", Tables);
        Assert.Equal("0 1 1 1\n", _namespace.Shell(Send).Succeeded());
    }

    /// <summary>Rules that hand to the same target are one; what a packet wants of six is not known to be done.</summary>
    [Fact]
    public void A_packet_is_handed_to_five_targets_and_not_to_a_sixth()
    {
        string label = $"minifw{Environment.ProcessId}x";
        string five = string.Concat(Enumerable.Range(0, 5).Select(number => $"-A INPUT -p udp --dport 4 -j IDLETIMER --timeout 600 --label {label}{number}\n"));
        Apply(five + "-A INPUT -p udp --dport 1:4 -j IDLETIMER --timeout 600 --label " + label + "0\n");
        Assert.Equal("1 1 1 1\n", _namespace.Shell(Send).Succeeded());
        Apply(five + "-A INPUT -p udp --dport 1:4 -j IDLETIMER --timeout 600 --label " + label + "5\n");
        Assert.Equal("2 2 2 1\n", _namespace.Shell(Send).Succeeded());
    }

    [Fact]
    public void A_timer_runs_from_the_last_packet()
    {
        string label = $"minifw{Environment.ProcessId}", file = $"/sys/class/xt_idletimer/timers/{label}";
        Apply($"-A INPUT -p udp --dport 1 -j IDLETIMER --timeout 600 --label {label}\n-A INPUT -p udp --dport 2 -j IDLETIMER --timeout 600 --label {label}a --alarm\n");
        Assert.True(File.Exists(file) && File.Exists(file + "a"));
        int begun = int.Parse(File.ReadAllText(file), System.Globalization.CultureInfo.InvariantCulture);
        Thread.Sleep(2100);
        Assert.True(int.Parse(File.ReadAllText(file), System.Globalization.CultureInfo.InvariantCulture) < begun);
        _namespace.Shell(Send).Succeeded();
        Assert.Equal("599", File.ReadAllText(file).Trim());
        _namespace.Minifw("off", "--temporary").Succeeded();
        Assert.False(File.Exists(file));
    }

    private void Apply(string rules) => _namespace.MinifwWith(rules, "apply", "--temporary", "-").Succeeded();
}

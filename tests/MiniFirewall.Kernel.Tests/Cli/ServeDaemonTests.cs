using System.Diagnostics;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using MiniFirewall.Engine;
using MiniFirewall.Kernel.Tests.Support;
using Xunit;

namespace MiniFirewall.Kernel.Tests.Cli;

/// <summary>serve as a daemon: metrics, its control socket, what it may do, the watchdog, its unit.</summary>
public sealed class ServeDaemonTests : IDisposable
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(60);

    private const string Rules = """
        iptables -P FORWARD DROP
        iptables -A INPUT -p udp --dport 9 -m comment --comment "a \"quoted\" one" -j DROP
        iptables -A INPUT -m conntrack --ctstate INVALID -j DROP
        iptables -A OUTPUT -d nobody.example -j ACCEPT
        """;

    private const string Get = "exec 3<>/dev/tcp/127.0.0.1/9717 && printf 'GET /metrics HTTP/1.1\\r\\nHost: x\\r\\n\\r\\n' >&3 && cat <&3";

    private readonly NamedNamespace _namespace = new();
    private readonly List<Process> _processes = [];

    public ServeDaemonTests()
    {
        _namespace.Configure("resolv.conf", "nameserver 127.0.0.1\noptions timeout:1 attempts:1\n");
        Assert.Equal(0, _namespace.MinifwWith(Rules, "apply", "-").ExitCode);
    }

    public void Dispose()
    {
        foreach (Process process in _processes)
        {
            if (!process.HasExited)
            {
                process.Kill();
            }

            process.WaitForExit();
            process.Dispose();
        }

        _namespace.Dispose();
    }

    [Fact]
    public async Task Metrics_are_what_Prometheus_reads()
    {
        Start("serve", "--metrics", "9717");
        _namespace.Shell("sleep 0.1; echo x > /dev/udp/127.0.0.1/9; true").Succeeded();
        string answer = "";
        await Until(() => (answer = _namespace.Shell(Get).Output).Contains("minifw_rule_packets_total{chain=\"INPUT\",family=\"ipv4\"", StringComparison.Ordinal));
        Assert.StartsWith("HTTP/1.1 200 OK\r\nContent-Type: text/plain; version=0.0.4; charset=utf-8\r\n", answer, StringComparison.Ordinal);
        string text = answer[(answer.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4)..];
        Assert.Contains("""rule="-p udp -m udp --dport 9 -m comment --comment \"a \\\"quoted\\\" one\" -j DROP"} """, text, StringComparison.Ordinal);
        Assert.Contains("minifw_policy_packets_total{chain=\"FORWARD\",family=\"ipv6\",policy=\"DROP\"} 0\n", text, StringComparison.Ordinal);
        Assert.Contains("\nminifw_name_age_seconds{name=\"nobody.example\"} -1\n", text, StringComparison.Ordinal);
        Assert.Contains("\nminifw_connections_max ", text, StringComparison.Ordinal);
        Assert.Contains("minifw_reload_duration_seconds_count{kind=\"whole\"} 1\n", text, StringComparison.Ordinal);
        Assert.Contains("minifw_reload_duration_seconds_bucket{kind=\"whole\",le=\"+Inf\"} 1\n", text, StringComparison.Ordinal);
        Assert.Contains("minifw_reload_duration_seconds_count{kind=\"beside\"} 0\n", text, StringComparison.Ordinal);
        Assert.DoesNotContain("minifw_reload_last_duration_seconds{kind=\"whole\"} 0\n", text, StringComparison.Ordinal);
        CheckFormat(text);
        if (CommandResult.Of("bash", ["-c", "command -v promtool"]).ExitCode == 0)
        {
            CommandResult.Of("promtool", ["check", "metrics"], text).Succeeded();
        }

        Assert.StartsWith("HTTP/1.1 404", _namespace.Shell(Get.Replace("/metrics", "/other")).Output, StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 400", _namespace.Shell(Get.Replace("GET /metrics HTTP/1.1", "nonsense")).Output, StringComparison.Ordinal);
    }

    /// <summary>Confined to its capabilities, it removes what is left of a namespace that nobody holds but its rules' own links.</summary>
    [Fact]
    public async Task It_removes_what_dead_namespaces_have_left()
    {
        var other = new NamedNamespace();
        string inode = other.Shell("stat -Lc %i /proc/self/ns/net").Succeeded().Trim();
        other.MinifwWith("-A INPUT -p udp --dport 9 -j DROP\n", "apply", "-").Succeeded();

        // By its whole name: another namespace may have, or have had, the inode number too, and another cookie.
        string name = Path.GetFileName(Assert.Single(Directory.GetDirectories("/run/minifw/bpf", $"net-*-{inode}")));
        string[] dead = [.. Remains().Where(path => path.EndsWith(name, StringComparison.Ordinal))];
        Assert.True(dead.Length > 1, string.Join(' ', dead));
        other.Abandon();
        Start("serve");
        await Until(() => !Remains().Intersect(dead).Any());

        static string[] Remains() => [.. Directory.GetFileSystemEntries("/run/minifw"), .. Directory.GetFileSystemEntries("/run/minifw/bpf")];
    }

    [Fact]
    public async Task Many_clients_that_say_nothing_keep_nobody_out_for_long()
    {
        Start("serve", "--metrics", "9717");
        await Until(() => _namespace.Shell(Get).Output.Contains("minifw_up 1", StringComparison.Ordinal));
        Process idle = CommandResult.Start("ip", _namespace.Inside("bash", "-c", "for i in {1..60}; do exec {fd}<>/dev/tcp/127.0.0.1/9717; done; echo open; sleep 60"));
        _processes.Add(idle);
        Assert.Equal("open", await idle.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken));
        await Until(() => _namespace.Shell(Get).Output.Contains("minifw_up 1", StringComparison.Ordinal));
        Assert.Contains("process", _namespace.Minifw("serve", "status").Succeeded());
    }

    [Fact]
    public async Task It_keeps_the_capabilities_that_it_needs_and_answers_root_alone()
    {
        Process serve = Start("serve");
        await Until(() => _namespace.Minifw("serve", "status").ExitCode == 0);
        using JsonDocument status = JsonDocument.Parse(_namespace.Minifw("serve", "status", "--json").Succeeded());
        int process = status.RootElement.GetProperty("process").GetInt32();
        Assert.Equal(serve.Id, process);
        const string Kept = "000000c000083000"; // bpf, perfmon, sys_ptrace, net_raw, net_admin
        Assert.Equal(Kept, status.RootElement.GetProperty("capabilities").GetString());
        foreach (string thread in Directory.GetDirectories($"/proc/{process}/task"))
        {
            string facts = File.ReadAllText($"{thread}/status");
            Assert.Contains($"CapPrm:\t{Kept}\n", facts, StringComparison.Ordinal);
            Assert.Contains($"CapBnd:\t{Kept}\n", facts, StringComparison.Ordinal);
            Assert.Contains("NoNewPrivs:\t1\n", facts, StringComparison.Ordinal);
        }

        string socket = Assert.Single(Directory.GetFiles("/run/minifw", "serve-net-*"), path => path.EndsWith($"-{Inode()}", StringComparison.Ordinal));
        Assert.Equal("600\n", CommandResult.Of("stat", ["-c", "%a", socket]).Succeeded());
        Assert.NotEqual(0, _namespace.Unprivileged("minifw serve status").ExitCode);
        using var client = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified) { ReceiveTimeout = 20_000 };
        client.Connect(new UnixDomainSocketEndPoint(socket));
        client.Send("off\n"u8);
        byte[] answer = new byte[200];
        Assert.Equal("{\"error\":\"there is no request off; there are status and refresh names\"}\n", Encoding.UTF8.GetString(answer, 0, client.Receive(answer)));
    }

    [Fact]
    public async Task Killed_it_changes_no_verdict_and_the_next_one_begins()
    {
        string before = _namespace.Minifw("why", "in", "lo", "udp", "127.0.0.1:9", "127.0.0.1:9").Succeeded();
        Process serve = Start("serve", "--metrics", "9717");
        await Until(() => _namespace.Minifw("serve", "status").ExitCode == 0);
        serve.Kill();
        serve.WaitForExit();
        Assert.Equal(before, _namespace.Minifw("why", "in", "lo", "udp", "127.0.0.1:9", "127.0.0.1:9").Succeeded());
        Assert.Contains("no minifw serve runs", _namespace.Minifw("serve", "status").FailedWith(1));
        Start("serve", "--metrics", "9717");
        await Until(() => _namespace.Minifw("serve", "status").ExitCode == 0);
    }

    /// <summary>The capabilities of minifw-serve.service, in a mount namespace that is not the first process's: it may look at that and not enter it.</summary>
    [Fact]
    public async Task With_the_capabilities_of_its_unit_it_finds_the_state()
    {
        string[] confined = AsInUnit();
        Assert.Contains("firewall     on\n", CommandResult.Of("ip", _namespace.Inside([.. confined, "status"])).Succeeded());
        _processes.Add(CommandResult.Start("ip", _namespace.Inside([.. confined, "serve"])));
        await Until(() => _namespace.Minifw("serve", "status").ExitCode == 0);
    }

    /// <summary>As systemd runs it: in mounts of its own, which are told of changes of the host's, and without the privilege to mount.</summary>
    [Fact]
    public void As_a_unit_it_begins_before_there_are_rules_and_goes_on_when_they_go()
    {
        ServiceUse.SkipWhereTheModuleAnswers();
        CommandResult said = _namespace.Shell($$"""
            exec unshare --mount --pid --fork --mount-proc --propagation private bash -c '
                mount --make-rshared /
                umount -l /run/minifw/bpf
                minifw() { {{MinifwBinary.Path}} "$@"; }
                serve() { exec unshare --mount --propagation slave {{string.Join(' ', AsInUnit())}} serve > /dev/null 2>&1; }
                (serve); echo unprepared $?
                minifw serve prepare; echo prepared $?
                serve & service=$!
                until minifw serve status > /dev/null 2>&1; do sleep 0.1; done
                for turn in 1 2; do
                    echo "-A INPUT -p tcp --dport 9 -j REJECT" | minifw apply --temporary -
                    for try in $(seq 100); do minifw status | grep -q "answered by minifw serve" && break; sleep 0.1; done
                    minifw status | grep ^rejects
                    minifw off --temporary
                done
                kill $service; wait $service; echo ended $?'
            """);
        const string Answered = "rejects      answered by minifw serve; 0 found its buffer full\n";
        Assert.Equal(($"unprepared 4\nprepared 0\n{Answered}{Answered}ended 0\n", ""), (said.Output, said.Error));
    }

    [Theory]
    [InlineData("sys_admin")]
    [InlineData("sys_chroot")]
    public void What_may_not_enter_the_outer_mounts_sees_the_state_where_it_is(string lacking) => Assert.Contains(
        "firewall     on\n", CommandResult.Of("ip", _namespace.Inside("setpriv", $"--bounding-set=-{lacking}", $"--inh-caps=-{lacking}", MinifwBinary.Path, "status")).Succeeded());

    [Fact]
    public void It_tells_the_watchdog_that_it_lives()
    {
        string path = Path.Combine(Path.GetTempPath(), $"minifw-watchdog-{Environment.ProcessId}");
        using var manager = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified) { ReceiveTimeout = 30_000 };
        manager.Bind(new UnixDomainSocketEndPoint(path));
        try
        {
            _processes.Add(CommandResult.Start("ip", _namespace.Inside("env", $"NOTIFY_SOCKET={path}", "WATCHDOG_USEC=200000", MinifwBinary.Path, "serve")));
            byte[] word = new byte[64];
            List<string> said = [];
            while (said.Count(word => word == "WATCHDOG=1") < 3 || !said.Contains("READY=1"))
            {
                said.Add(Encoding.ASCII.GetString(word, 0, manager.Receive(word)));
            }
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Theory]
    [InlineData("192.0.2.1:9717")]
    [InlineData("0.0.0.0:9717")]
    [InlineData("0")]
    [InlineData("metrics")]
    public void Metrics_are_for_this_machine_only(string address) =>
        Assert.Contains("--metrics is a port of this machine", _namespace.Minifw("serve", "--metrics", address).FailedWith(2));

    [Fact]
    public void Its_unit_is_right_and_tight()
    {
        string copy = Path.Combine(Directory.CreateTempSubdirectory("minifw-unit-").FullName, "minifw-serve.service");
        File.WriteAllLines(copy, File.ReadAllLines(UnitFile()).Where(line => !line.StartsWith("Documentation=", StringComparison.Ordinal)).Select(line => line.Replace("/usr/sbin/minifw", MinifwBinary.Path)));
        CommandResult.Of("systemd-analyze", ["verify", copy]).Succeeded();

        // In tenths: what docs/serve.md says.
        CommandResult.Of("systemd-analyze", ["security", "--no-pager", "--offline=true", "--threshold=25", copy]).Succeeded();
        Directory.Delete(Path.GetDirectoryName(copy)!, recursive: true);
    }

    /// <summary>The words before "serve" that run it with the capabilities of its unit and no others.</summary>
    private static string[] AsInUnit()
    {
        string[] allowed = [.. UnitLine("CapabilityBoundingSet").Split(' ').Select(name => "+" + name["CAP_".Length..].ToLowerInvariant())];
        Assert.Contains("+sys_ptrace", allowed);
        Assert.DoesNotContain("+sys_admin", allowed);
        return ["setpriv", $"--bounding-set=-all,{string.Join(',', allowed)}", "--inh-caps=-all", MinifwBinary.Path];
    }

    private static string UnitLine(string key) => File.ReadLines(UnitFile()).Single(line => line.StartsWith(key + "=", StringComparison.Ordinal))[(key.Length + 1)..];

    private static string UnitFile()
    {
        DirectoryInfo? directory = new(AppContext.BaseDirectory);
        while (!Directory.Exists(Path.Combine(directory!.FullName, "packaging")))
        {
            directory = directory.Parent;
        }

        return Path.Combine(directory.FullName, "packaging", "systemd", "minifw-serve.service");
    }

    private string Inode()
    {
        string link = _namespace.Shell("readlink /proc/self/ns/net").Succeeded();
        return link[(link.IndexOf('[') + 1)..link.IndexOf(']')];
    }

    /// <summary>A HELP and a TYPE line before the samples of each metric, which stand together; the text ends with a line end.</summary>
    private static void CheckFormat(string text)
    {
        string metric = "";
        HashSet<string> seen = [];
        Assert.EndsWith("\n", text, StringComparison.Ordinal);
        string[] lines = text.TrimEnd('\n').Split('\n');
        for (int i = 0; i < lines.Length; i++)
        {
            if (lines[i].StartsWith("# HELP ", StringComparison.Ordinal))
            {
                metric = lines[i].Split(' ')[2];
                Assert.True(seen.Add(metric), metric);
                Assert.Matches($"^# TYPE {metric} (counter|gauge|histogram)$", lines[++i]);
            }
            else
            {
                Assert.Matches($@"^{metric}(_bucket|_sum|_count)?(\{{([a-z]+=""(\\.|[^""\\])*"",?)+\}})? -?[0-9.E+]+$", lines[i]);
            }
        }
    }

    private Process Start(params string[] arguments)
    {
        Process process = CommandResult.Start("ip", _namespace.Inside([MinifwBinary.Path, .. arguments]));
        _processes.Add(process);
        return process;
    }

    private static async Task Until(Func<bool> isSo)
    {
        for (var waited = Stopwatch.StartNew(); !isSo();)
        {
            Assert.True(waited.Elapsed < s_limit, "it does not come");
            await Task.Delay(100, TestContext.Current.CancellationToken);
        }
    }
}

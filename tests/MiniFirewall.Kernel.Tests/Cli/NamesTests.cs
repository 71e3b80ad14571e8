using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text.Json;
using Xunit;

namespace MiniFirewall.Kernel.Tests.Cli;

/// <summary>Names in rules with a real name server, dnsmasq, and the service that keeps them true.</summary>
public sealed class NamesTests : IDisposable
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(60);

    private const string Rules = """
        iptables -A OUTPUT -p tcp -d bigmart.com -j ACCEPT
        iptables -A OUTPUT -p tcp -d nosuch.example -j ACCEPT
        iptables -A OUTPUT -p tcp --dport 80 -j DROP
        """;

    private readonly NamedNamespace _namespace = new();
    private readonly string _directory = Directory.CreateTempSubdirectory("minifw-names-").FullName;
    private readonly List<Process> _processes = [];

    public NamesTests() => _namespace.Configure("resolv.conf", "nameserver 127.0.0.1\noptions timeout:5 attempts:1\n");

    public void Dispose()
    {
        foreach (Process process in _processes)
        {
            process.Kill();
            process.WaitForExit();
            process.Dispose();
        }

        _namespace.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    [Fact]
    public async Task The_service_follows_a_name_while_its_rule_counts_on()
    {
        Process server = await StartDnsmasq("198.51.100.10 bigmart.com");
        CommandResult applied = _namespace.MinifwWith(Rules, "apply", "-");
        Assert.Equal(0, applied.ExitCode);
        Assert.Equal("minifw: warning: nosuch.example has no address yet (there is no such name): no packet is to or from it; see minifw names\n", applied.Error);
        Assert.Contains("ACCEPT: rule 1 of OUTPUT", Why("198.51.100.10"));
        Assert.Contains("DROP: rule 3 of OUTPUT", Why("198.51.100.11"));
        string counters = _namespace.Minifw("show", "--json").Succeeded();

        Start("serve");
        Say("198.51.100.11 bigmart.com", "2001:db8:51::11 bigmart.com");
        Signal.HangUp(server.Id);
        await Until(() => Why("198.51.100.11").Contains("ACCEPT: rule 1", StringComparison.Ordinal));
        await Until(() => Why("198.51.100.10").Contains("DROP: rule 3", StringComparison.Ordinal));
        Assert.Contains("ACCEPT: rule 1 of OUTPUT", _namespace.Minifw("why", "out", "lo", "tcp", "[2001:db8::1]:9", "[2001:db8:51::11]:80").Succeeded());
        Assert.Equal(Ids(counters), Ids(_namespace.Minifw("show", "--json").Succeeded()));
        JsonElement[] names = [.. JsonDocument.Parse(_namespace.Minifw("names", "--json").Succeeded()).RootElement.EnumerateArray()];
        Assert.Equal(["bigmart.com", "nosuch.example"], names.Select(name => name.GetProperty("name").GetString()));
        Assert.Equal(2, names[0].GetProperty("addresses").GetArrayLength());
        Assert.Equal("there is no such name", names[1].GetProperty("error").GetString());
    }

    [Fact]
    public async Task A_pattern_learns_from_the_answers_that_programs_get()
    {
        await StartDnsmasq("198.51.100.20 ca.archive.ubuntu.com", "10.0.0.9 evil.ubuntu.com", "198.51.100.21 ubuntu.com");
        _namespace.MinifwWith("iptables -A OUTPUT -p tcp -d *.ubuntu.com -j ACCEPT\niptables -A OUTPUT -p tcp --dport 80 -j DROP\n", "apply", "-").Succeeded();
        Assert.Contains("DROP: rule 2", Why("198.51.100.20"));
        Start("serve");
        await Until(() =>
        {
            _namespace.Shell("for name in evil.ubuntu.com ubuntu.com ca.archive.ubuntu.com; do getent ahostsv4 $name; done");
            return Why("198.51.100.20").Contains("ACCEPT: rule 1", StringComparison.Ordinal);
        });
        Assert.Contains("DROP: rule 2", Why("10.0.0.9"));
        Assert.Contains("DROP: rule 2", Why("198.51.100.21"));
        JsonElement name = JsonDocument.Parse(_namespace.Minifw("names", "--json").Succeeded()).RootElement[0];
        Assert.Equal(("*.ubuntu.com", "packets", 1), (name.GetProperty("name").GetString(), name.GetProperty("from").GetString(), name.GetProperty("addresses").GetArrayLength()));
    }

    [Fact]
    public async Task An_answer_of_many_addresses_comes_whole()
    {
        string[] records = [.. Enumerable.Range(1, 60).Select(i => $"2001:db8:51::{i:x} bigmart.com")];
        await StartDnsmasq(records);
        Assert.Equal(0, _namespace.MinifwWith(Rules, "apply", "-").ExitCode);
        JsonElement name = JsonDocument.Parse(_namespace.Minifw("names", "--json").Succeeded()).RootElement[0];
        Assert.Equal(60, name.GetProperty("addresses").GetArrayLength());
    }

    [Fact]
    public void Without_a_name_server_rules_load_and_names_say_why()
    {
        CommandResult applied = _namespace.MinifwWith(Rules, "apply", "-");
        Assert.Equal(0, applied.ExitCode);
        Assert.Contains("bigmart.com has no address yet (127.0.0.1: nobody listens there)", applied.Error);
        Assert.Contains("DROP: rule 3 of OUTPUT", Why("198.51.100.10"));
        CommandResult refreshed = _namespace.Minifw("names", "refresh");
        Assert.Equal(1, refreshed.ExitCode);
        Assert.Matches(@"bigmart\.com +none +- +- +never +in \d+ s +127\.0\.0\.1: nobody listens there", refreshed.Output);
        Assert.Contains("2 of 2 without an address", _namespace.Minifw("status").Succeeded());
        _namespace.Minifw("off").Succeeded();
        Assert.Equal("no rule in force names a host\n", _namespace.Minifw("names").Succeeded());
        Assert.Contains("no rules are loaded", _namespace.Minifw("names", "refresh").FailedWith(1));
    }

    [Fact]
    public async Task A_command_line_of_iptables_has_the_addresses_of_the_moment()
    {
        await StartDnsmasq("198.51.100.10 bigmart.com");
        _namespace.Minifw("iptables", "-A", "OUTPUT", "-d", "bigmart.com", "-j", "ACCEPT").Succeeded();
        Assert.Contains("-A OUTPUT -d 198.51.100.10/32 -j ACCEPT", _namespace.Minifw("iptables", "-S").Succeeded());
        Assert.Equal("no rule in force names a host\n", _namespace.Minifw("names").Succeeded());
    }

    private string Why(string address) => _namespace.Minifw("why", "out", "lo", "tcp", "10.0.0.1:1000", $"{address}:80").Succeeded();

    private static string[] Ids(string json) =>
        [.. JsonDocument.Parse(json).RootElement.GetProperty("chains").EnumerateArray().SelectMany(chain => chain.GetProperty("rules").EnumerateArray()).Select(rule => rule.GetProperty("counters").GetProperty("ipv4").GetProperty("id").GetRawText())];

    private void Say(params string[] records) => File.WriteAllLines(Path.Combine(_directory, "hosts"), records);

    private async Task<Process> StartDnsmasq(params string[] records)
    {
        Say(records);
        Process server = CommandResult.Start("ip", _namespace.Inside(
            "dnsmasq", "-k", "-C", "/dev/null", "--no-resolv", "--no-hosts", $"--addn-hosts={_directory}/hosts", "--local=/#/", "--local-ttl=1",
            "--listen-address=127.0.0.1", "--bind-interfaces", "-u", "root", "--pid-file="));
        _processes.Add(server);
        await Until(() => _namespace.Shell("exec 3<>/dev/tcp/127.0.0.1/53").ExitCode == 0);
        return server;
    }

    private void Start(params string[] arguments) => _processes.Add(CommandResult.Start("ip", _namespace.Inside([MinifwBinary.Path, .. arguments])));

    private static async Task Until(Func<bool> isSo)
    {
        for (var waited = Stopwatch.StartNew(); !isSo();)
        {
            Assert.True(waited.Elapsed < s_limit, "it does not come");
            await Task.Delay(100, TestContext.Current.CancellationToken);
        }
    }
}

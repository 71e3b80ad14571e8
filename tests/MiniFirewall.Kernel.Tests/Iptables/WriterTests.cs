using System.Text.Json;
using MiniFirewall.Kernel.Tests.Cli;
using Xunit;

namespace MiniFirewall.Kernel.Tests.Iptables;

/// <summary>Many processes at once, and what stays the same while rules come and go.</summary>
public sealed class WriterTests : IDisposable
{
    private readonly NamedNamespace _namespace = new();

    public void Dispose() => _namespace.Dispose();

    [Fact]
    public void Twenty_processes_that_append_twenty_rules_each_lose_none()
    {
        _namespace.Shell($$"""
            for p in $(seq 20); do
                (for r in $(seq 20); do '{{MinifwBinary.Path}}' iptables -A INPUT -p tcp -s 10.0.$p.$r --dport 22 -j ACCEPT || echo "failed $p $r"; done) &
            done
            wait
            """).Succeeded();
        string[] rules = _namespace.Minifw("iptables", "-S", "INPUT").Succeeded().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(400, rules.Skip(1).Distinct().Count());
    }

    [Fact]
    public void A_writer_waits_as_long_as_it_is_told_and_a_reader_not_at_all()
    {
        _namespace.Minifw("iptables", "-A", "INPUT", "-j", "ACCEPT").Succeeded();
        string held = $"exec 9<> /run/minifw/lock-$(ls /run/minifw/bpf | grep \"$(stat -Lc %i /proc/self/ns/net)$\"); flock 9; '{MinifwBinary.Path}'";
        CommandResult late = _namespace.Shell($"{held} iptables -w 1 -A INPUT -j DROP");
        Assert.Equal("Another app is currently holding the xtables lock. Stopped waiting after 1s.\n", late.FailedWith(4));
        CommandResult hasty = _namespace.Shell($"{held} iptables -w 0 -A INPUT -j DROP");
        Assert.Equal("Another app is currently holding the xtables lock. Perhaps you want to use the -w option?\n", hasty.FailedWith(4));
        Assert.Contains("-A INPUT -j ACCEPT", _namespace.Shell($"{held} iptables -S").Succeeded());
        _namespace.Shell($"{held} iptables -C INPUT -j ACCEPT").Succeeded();
    }

    [Fact]
    public void A_rules_id_stays_while_others_come_and_go()
    {
        Run("-N user");
        Run("-A INPUT -p tcp --dport 22 -j ACCEPT");
        Run("-A INPUT -p tcp --dport 80 -j user");
        long ssh = IdOf("--dport 22"), web = IdOf("--dport 80");
        Assert.NotEqual(ssh, web);
        Run("-I INPUT -s 192.0.2.1 -j DROP");
        Run("-I INPUT -j user");
        Run("-D INPUT 2");
        Run("-P FORWARD DROP");
        Run("-A user -j ACCEPT");
        Assert.Equal((ssh, web), (IdOf("--dport 22"), IdOf("--dport 80")));
        Run("-D INPUT -p tcp --dport 80 -j user");
        Assert.Equal(ssh, IdOf("--dport 22"));
    }

    [Theory]
    [InlineData("iptables -L --json -n", 0)]
    [InlineData("iptables -A INPUT --json", 2)]
    public void Json_stands_with_lists_only(string line, int code) => Assert.Equal(code, _namespace.Minifw(line.Split(' ')).ExitCode);

    [Fact]
    public void One_family_changes_nothing_of_the_other()
    {
        _namespace.MinifwWith("iptables -N both\niptables -A both -p tcp --dport 22 -j ACCEPT\niptables -A INPUT -j both\n", "apply", "-").Succeeded();
        Run("-E both four");
        Assert.Equal("-P INPUT ACCEPT\n-P FORWARD ACCEPT\n-P OUTPUT ACCEPT\n-N four\n-A INPUT -j four\n-A four -p tcp -m tcp --dport 22 -j ACCEPT\n", Rules("iptables"));
        Assert.Equal("-P INPUT ACCEPT\n-P FORWARD ACCEPT\n-P OUTPUT ACCEPT\n-N both\n-A INPUT -j both\n-A both -p tcp -m tcp --dport 22 -j ACCEPT\n", Rules("ip6tables"));
        Run("-F");
        Run("-X");
        Run("-P INPUT DROP");
        Assert.Equal("-P INPUT DROP\n-P FORWARD ACCEPT\n-P OUTPUT ACCEPT\n", Rules("iptables"));
        Assert.Contains("-A both -p tcp", Rules("ip6tables"));
        Assert.Contains("-P INPUT ACCEPT", Rules("ip6tables"));
    }

    private void Run(string line) => _namespace.Minifw(["iptables", .. line.Split(' ')]).Succeeded();

    private string Rules(string program) => _namespace.Minifw(program, "-S").Succeeded();

    private long IdOf(string words) => JsonDocument.Parse(_namespace.Minifw("iptables", "-S", "INPUT", "--json").Succeeded()).RootElement
        .GetProperty("chains")[0].GetProperty("rules").EnumerateArray()
        .Single(rule => rule.GetProperty("text").GetString()!.Contains(words, StringComparison.Ordinal)).GetProperty("id").GetInt64();
}

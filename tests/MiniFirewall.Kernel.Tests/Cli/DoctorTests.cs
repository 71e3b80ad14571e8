using System.Text.Json;
using MiniFirewall.Engine;
using Xunit;

namespace MiniFirewall.Kernel.Tests.Cli;

/// <summary>minifw doctor on a host with a cable, listening sockets, and address translation as Docker makes it.</summary>
public sealed class DoctorTests : IDisposable
{
    private readonly NamedNamespace _namespace = new(), _other = new();

    public DoctorTests() => VethPair.Join(_namespace, _other);

    public void Dispose()
    {
        _namespace.Dispose();
        _other.Dispose();
    }

    [Fact]
    public void No_rules_are_a_warning()
    {
        CommandResult result = _namespace.Minifw("doctor");
        Assert.Equal(1, result.ExitCode);
        Assert.Contains("warning  no rules are in force here", result.Output);
    }

    [Fact]
    public void A_closed_host_is_healthy()
    {
        _namespace.Minifw("default", "deny", "incoming").Succeeded();
        _namespace.Minifw("allow", "8080/tcp").Succeeded();
        using var server = new Listener(_namespace, "0.0.0.0", 8080);
        using JsonDocument document = Findings(0);
        Assert.All(document.RootElement.GetProperty("findings").EnumerateArray(), finding => Assert.Equal("note", finding.GetProperty("severity").GetString()));
        Assert.Contains("tcp port 8080, where python3", Text(document, "listening"));
        Assert.Contains("no problems and no warnings", _namespace.Minifw("doctor").Succeeded());
    }

    [Fact]
    public void Open_sockets_and_open_IPv6_are_found()
    {
        _namespace.MinifwWith("iptables -4 -P INPUT DROP\niptables -4 -A INPUT -s 10.0.0.0/8 -j ACCEPT\n", "apply", "-").Succeeded();
        using var server = new Listener(_namespace, "::", 9090);
        using var inside = new Listener(_namespace, "127.0.0.1", 7070);
        using JsonDocument document = Findings(1);
        Assert.Contains("the policy of INPUT is DROP for IPv4 and ACCEPT for IPv6", Text(document, "families"));
        Assert.Contains("port 9090/tcp, where python3", Text(document, "families"));
        Assert.Contains("tcp port 9090, where python3", Text(document, "listening"));
        Assert.Contains("open to the world over IPv6, by the policy of INPUT", Text(document, "listening"));
        Assert.DoesNotContain("7070", Text(document, "listening"));
        string fix = document.RootElement.GetProperty("findings").EnumerateArray().First(finding => finding.GetProperty("text").GetString()!.StartsWith("port 9090", StringComparison.Ordinal)).GetProperty("fix").GetString()!;
        _namespace.Minifw(fix.Split(' ')[1..]).Succeeded();
        using JsonDocument after = Findings(1);
        Assert.DoesNotContain("9090", Text(after, "families") + Text(after, "listening"));
    }

    [Theory]
    [InlineData("iptables-legacy")]
    [InlineData("iptables-nft")]
    [InlineData("nft")]
    public void Published_ports_that_pass_by_INPUT_are_problems_until_they_are_closed(string tool)
    {
        string publish = tool == "nft"
            ? "nft add table ip docker; nft 'add chain ip docker pre { type nat hook prerouting priority -100; }'; nft add rule ip docker pre tcp dport 8443 dnat to 172.17.0.2:443"
            : $"{tool} -t nat -N DOCKER; {tool} -t nat -A PREROUTING -m addrtype --dst-type LOCAL -j DOCKER; {tool} -t nat -A DOCKER ! -i docker0 -p tcp -m tcp --dport 8443 -j DNAT --to-destination 172.17.0.2:443";
        Assert.Equal(0, _namespace.Shell($"set -e; echo 1 > /proc/sys/net/ipv4/ip_forward; {publish}").ExitCode);
        _namespace.Minifw("default", "deny", "incoming").Succeeded();
        using JsonDocument document = Findings(1);
        JsonElement found = Assert.Single(document.RootElement.GetProperty("findings").EnumerateArray(), finding => finding.GetProperty("check").GetString() == "published");
        Assert.Equal("problem", found.GetProperty("severity").GetString());
        Assert.StartsWith("port 8443/tcp is led on to 172.17.0.2 port 443 (" + tool, found.GetProperty("text").GetString()!.Replace("nftables", "nft", StringComparison.Ordinal));
        _namespace.Minifw(found.GetProperty("fix").GetString()!.Split(' ')[1..]).Succeeded();
        using JsonDocument after = JsonDocument.Parse(_namespace.Minifw("doctor", "--json").Output);
        Assert.DoesNotContain(after.RootElement.GetProperty("findings").EnumerateArray(), finding => finding.GetProperty("check").GetString() == "published");
    }

    [Fact]
    public void Other_firewalls_and_idle_services_are_warnings()
    {
        _namespace.MinifwWith("iptables -P INPUT DROP\niptables -A INPUT -p tcp --dport 113 -j REJECT\n", "apply", "-").Succeeded();
        Assert.Equal(0, _namespace.Shell("nft add table inet other && nft 'add chain inet other in { type filter hook input priority 5; policy drop; }'").ExitCode);
        using JsonDocument document = Findings(1);
        Assert.Contains("nftables decides too", Text(document, "others"));
        Assert.Contains("1 rule rejects, but nobody sends the answers", Text(document, "services"));
        Assert.Contains("1 rule has met no packet", Text(document, "unused"));
    }

    [Fact]
    public void Chains_that_change_packets_and_are_gone_are_a_warning_until_they_are_back()
    {
        Assert.SkipUnless(ProviderChoice.KernelHasLinks, "before Linux 6.4 the module's programs write marks by themselves");
        _namespace.MinifwWith("-P INPUT DROP\n-A INPUT -i lo -j ACCEPT\n-A OUTPUT -j MARK --set-mark 0x40000/0xff0000\n", "apply", "-").Succeeded();
        Assert.Equal(0, _namespace.Shell("nft flush ruleset").ExitCode);
        using JsonDocument document = Findings(1);
        Assert.Contains("1 rule needs nftables' tables \"minifw…\", and these are gone", Text(document, "services"));
        _namespace.Minifw("save").Succeeded();
        _namespace.Minifw("load").Succeeded();
        using JsonDocument after = JsonDocument.Parse(_namespace.Minifw("doctor", "--json").Output);
        Assert.DoesNotContain("packets pass as they came", Text(after, "services"));
    }

    /// <summary>A table of the least size, filled by datagrams from one address to many ports.</summary>
    [Fact]
    public void A_table_of_connections_that_is_nearly_full_is_a_problem()
    {
        _namespace.MinifwWith("iptables -A OUTPUT -m conntrack --ctstate INVALID -j DROP\n", "apply", "-").Succeeded();
        _namespace.Minifw("connections", "settings", "max", "1022").Succeeded();
        Assert.Empty(Filled());
        Send(20_000, 900);
        JsonElement warned = Assert.Single(Filled());
        Assert.Equal("warning", warned.GetProperty("severity").GetString());
        Assert.Matches(@"^the table of connections is 8\d % full \(\d+ of 1022\)$", warned.GetProperty("text").GetString());
        Assert.Equal("minifw connections settings max 2044", warned.GetProperty("fix").GetString());
        Send(22_000, 110);
        Assert.Equal("problem", Assert.Single(Filled()).GetProperty("severity").GetString());
        _namespace.Minifw(warned.GetProperty("fix").GetString()!.Split(' ')[1..]).Succeeded();
        Assert.Empty(Filled());

        JsonElement[] Filled() => [.. JsonDocument.Parse(_namespace.Minifw("doctor", "--json").Output).RootElement.GetProperty("findings").EnumerateArray()
            .Where(finding => finding.GetProperty("text").GetString()!.StartsWith("the table of connections is ", StringComparison.Ordinal))];

        void Send(int first, int count) => Assert.Equal(0, _namespace.Shell(
            $"""python3 -c 'import socket; s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); [s.sendto(b"x", ("10.9.0.2", port)) for port in range({first}, {first + count})]' """).ExitCode);
    }

    private static string Text(JsonDocument document, string check) => string.Join('\n', document.RootElement.GetProperty("findings").EnumerateArray()
        .Where(finding => finding.GetProperty("check").GetString() == check).Select(finding => finding.GetProperty("text").GetString()));

    private JsonDocument Findings(int exitCode)
    {
        CommandResult result = _namespace.Minifw("doctor", "--json");
        Assert.True(result.ExitCode == exitCode, $"exit code {result.ExitCode}: {result.Error}{result.Output}");
        return JsonDocument.Parse(result.Output);
    }
}

using MiniFirewall.Kernel.Tests.Cli;
using Xunit;

namespace MiniFirewall.Kernel.Tests.Connections;

/// <summary>Programs that people use, through INPUT, OUTPUT and FORWARD with policies of DROP, and without the kernel's connection tracking.</summary>
public sealed class RealClientsTests : IClassFixture<RealClientsTests.Hosts>
{
    private const string Tools = "curl ssh sshd ping traceroute dig dnsmasq iperf3 nc python3 ss";

    private readonly ThreeHosts _hosts;

    public RealClientsTests(Hosts hosts)
    {
        Assert.SkipUnless(hosts.Missing.Length == 0, $"not installed: {hosts.Missing}");
        _hosts = hosts.All!;
    }

    [Theory]
    [InlineData("10.2.0.2")]
    [InlineData("[fd02::2]")]
    public void A_web_page_of_ten_megabytes(string server)
    {
        _hosts.FromClient($"curl -sS -m 20 http://{server}:8080/file | cmp - {_hosts.Files}/www/file").Succeeded();
        Assert.Equal(0, _hosts.KernelConnections);
    }

    [Theory]
    [InlineData("10.2.0.2")]
    [InlineData("fd02::2")]
    public void A_shell_on_another_host(string server) => Assert.Equal("here\n", _hosts.FromClient(
        $"ssh -F none -i {_hosts.Files}/user_key -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o ConnectTimeout=10 root@{server} echo here 2>/dev/null").Succeeded());

    [Theory]
    [InlineData("10.2.0.2")]
    [InlineData("fd02::2")]
    public void Echo_requests_and_their_answers(string server) => Assert.Contains(" 0% packet loss", _hosts.FromClient($"ping -n -c 5 -i 0.01 -W 5 {server}").Succeeded());

    /// <summary>The first hop is an error of the router's own, about a packet that no rule of it has seen.</summary>
    [Theory]
    [InlineData("10.2.0.2", "10.1.0.1")]
    [InlineData("fd02::2", "fd01::1")]
    public void The_way_to_another_host(string server, string router)
    {
        string[] lines = _hosts.FromClient($"traceroute -n -q 1 -w 3 -m 4 {server}").Succeeded().Trim().Split('\n');
        Assert.Equal(3, lines.Length);
        Assert.Contains($" {router} ", lines[1]);
        Assert.Contains($" {server} ", lines[2]);
    }

    [Theory]
    [InlineData("10.2.0.2", "+notcp")]
    [InlineData("10.2.0.2", "+tcp")]
    [InlineData("fd02::2", "+notcp")]
    [InlineData("fd02::2", "+tcp")]
    public void A_name(string server, string transport) =>
        Assert.Equal("192.0.2.7\n", _hosts.FromClient($"dig {transport} +short +time=3 +tries=2 @{server} www.example.test").Succeeded());

    [Theory]
    [InlineData("10.2.0.2", "")]
    [InlineData("fd02::2", "")]
    [InlineData("10.2.0.2", "-u -b 20M")]
    [InlineData("10.2.0.2", "-R")]
    public void As_much_as_goes_through(string server, string how) =>
        Assert.Contains("receiver", _hosts.FromClient($"iperf3 -c {server} -p 5201 -t 1 {how}").Succeeded());

    /// <summary>Nothing reads along in the first connection, so the second one is new, and no rule lets it begin.</summary>
    [Fact]
    public void A_second_connection_to_a_port_that_the_first_one_names_is_new()
    {
        string said = _hosts.FromServer($"""
            ({ServerOf(2121, "40000")}) > {_hosts.Files}/second.log 2>&1 &
            sleep 0.3
            """).Output;
        Assert.Equal("", said);
        Assert.Equal("40000", _hosts.FromClient("nc -w 2 10.2.0.2 2121").Output.Trim());
        Assert.NotEqual(0, _hosts.FromClient("nc -z -w 1 10.2.0.2 40000").ExitCode);
    }

    [Theory]
    [InlineData("nc -z -w 1 10.1.0.2 8080")]
    [InlineData("ping -c 1 -W 1 10.1.0.2")]
    [InlineData("ping -c 1 -W 1 fd01::2")]
    public void What_nobody_asked_for_does_not_come_in(string command) => Assert.NotEqual(0, _hosts.FromServer(command).ExitCode);

    private static string ServerOf(int port, string names) => $"echo {names} | timeout 5 nc -N -l {port}";

    /// <summary>The hosts of all tests, where the tools are installed.</summary>
    public sealed class Hosts : IDisposable
    {
        public Hosts()
        {
            Missing = string.Join(' ', Tools.Split(' ').Where(tool => CommandResult.Of("bash", ["-c", $"PATH=$PATH:/usr/sbin; command -v {tool}"]).ExitCode != 0));
            All = Missing.Length == 0 ? new ThreeHosts() : null;
        }

        internal string Missing { get; }

        internal ThreeHosts? All { get; }

        public void Dispose() => All?.Dispose();
    }
}

using System.Text.RegularExpressions;
using MiniFirewall.Engine;
using Xunit;

namespace MiniFirewall.Kernel.Tests.Connections;

/// <summary>Connections whose handshake SYNPROXY has made in the server's place, by miniFirewall and by the kernel's own iptables on the same route.</summary>
public sealed partial class ProxiedConnectionTests : IDisposable
{
    private readonly ProxiedRoute _route;

    public ProxiedConnectionTests()
    {
        Assert.SkipUnless(ProviderChoice.KernelHasLinks, "SYNPROXY needs Linux 6.4");
        _route = new();
    }

    public void Dispose() => _route.Dispose();

    [Theory]
    [InlineData(ProxiedRoute.Server4, 0)]
    [InlineData(ProxiedRoute.Server6, 0)]
    [InlineData(ProxiedRoute.Server4, 60)]
    [InlineData(ProxiedRoute.Server6, 60)]
    [InlineData(ProxiedRoute.Router4, 0)]
    [InlineData(ProxiedRoute.Router6, 60)]
    public void Carries_what_is_sent_and_counts_as_with_iptables(string server, int others)
    {
        string tool = server.Contains(':', StringComparison.Ordinal) ? "ip6tables" : "iptables";
        string rules = Rules(server is ProxiedRoute.Server4 or ProxiedRoute.Server6 ? "FORWARD" : "INPUT", others);
        _route.Router.Shell($"{tool}-legacy-restore <<'END'\n{rules}END").Succeeded();
        Assert.Equal("500000 b''", _route.Exchange(server, 100));
        string[] expected = Packets(_route.Router.Shell($"{tool}-legacy-save -c -t filter").Succeeded());

        _route.Router.Shell($"{tool}-legacy -F; for chain in INPUT FORWARD OUTPUT; do {tool}-legacy -P $chain ACCEPT; done").Succeeded();
        _route.Router.MinifwWith(rules, "apply", "--check", "--verify", "-").Succeeded();
        _route.Router.MinifwWith(rules, $"{tool}-restore").Succeeded();
        Assert.Equal("500000 b''", _route.Exchange(server, 100));
        Assert.Equal(expected, Packets(_route.Router.Minifw($"{tool}-save", "-c", "-t", "filter").Succeeded()));
        Assert.Equal(["2", "0", "1", "1", "0"], expected);
    }

    /// <summary>A flood of SYNs comes to no server, and no connection begins with it.</summary>
    [Fact]
    public void Who_does_not_finish_a_handshake_never_comes_to_the_server()
    {
        _route.Router.MinifwWith(Rules("FORWARD", 0), "iptables-restore").Succeeded();
        _route.FromServer("nft 'table ip seen { chain input { type filter hook input priority 0; tcp dport 80 counter; }; }'").Succeeded();
        _route.FromClient("nft 'table ip mute { chain output { type filter hook output priority 0; tcp dport 80 tcp flags & syn == 0 drop; }; }'").Succeeded();
        _route.FromClient($"for i in 1 2 3 4 5; do timeout 0.3 bash -c '> /dev/tcp/{ProxiedRoute.Server4}/80'; done");
        Assert.Contains("counter packets 0 ", _route.FromServer("nft list table ip seen").Succeeded(), StringComparison.Ordinal);
        Assert.Equal("0", _route.Router.Minifw("connections", "count").Succeeded().Trim().Split(' ')[0]);
    }

    /// <summary>The kernel's tracking ends with the tables; then handshakes are not let through, and whoever is not meant by the rule goes on.</summary>
    [Fact]
    public void Where_the_tables_are_gone_nothing_passes_the_rule_and_all_else_goes_on()
    {
        _route.Router.MinifwWith(Rules("FORWARD", 0), "iptables-restore").Succeeded();
        _route.Router.Minifw("iptables", "-A", "FORWARD", "-p", "tcp", "--dport", "81", "-j", "ACCEPT").Succeeded();
        Assert.Equal("5000 b''", _route.Exchange(ProxiedRoute.Server4, 1));
        _route.Router.Shell("nft flush ruleset").Succeeded();
        Assert.Contains("timed out", _route.Exchange(ProxiedRoute.Server4, 1), StringComparison.Ordinal);
        Assert.Contains("refused", _route.FromClient($"timeout 5 bash -c '> /dev/tcp/{ProxiedRoute.Server4}/81' 2>&1").Output, StringComparison.Ordinal);
        Assert.Contains("are gone", _route.Router.Minifw("doctor").Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Why_says_who_has_the_last_word()
    {
        _route.Router.MinifwWith(Rules("FORWARD", 0), "iptables-restore").Succeeded();
        Assert.StartsWith(
            "ACCEPT: rule 1 of FORWARD, if SYNPROXY, which answers in the server's place, lets it pass\n",
            _route.Router.Minifw("why", "forward", "client", "server", "tcp", "10.1.0.2:1000", "10.2.0.2:80", "syn", "untracked").Succeeded(), StringComparison.Ordinal);
    }

    private static string Rules(string chain, int others) => $"""
        *filter
        :INPUT ACCEPT
        :FORWARD DROP
        :OUTPUT ACCEPT
        {string.Concat(Enumerable.Range(1, others).Select(number => $"-A {chain} -p udp -m udp --dport {number} -j ACCEPT\n"))}-A {chain} -i client -p tcp -m tcp --dport 80 -m conntrack --ctstate INVALID,UNTRACKED -j SYNPROXY --sack-perm --timestamp --wscale 7 --mss 1460 -m comment --comment counted
        -A {chain} -m conntrack --ctstate INVALID -m comment --comment counted -j DROP
        -A {chain} -m conntrack --ctstate ESTABLISHED,RELATED -j ACCEPT
        -A OUTPUT -p tcp -m conntrack --ctstate NEW -m comment --comment counted
        -A OUTPUT -p tcp -m conntrack --ctstate INVALID -m comment --comment counted
        -A OUTPUT -p tcp -m conntrack --ctstate UNTRACKED -m comment --comment counted
        COMMIT

        """;

    private static string[] Packets(string saved) => [.. Counted().Matches(saved).Select(match => match.Groups[1].Value)];

    [GeneratedRegex("^\\[([0-9]+):[0-9]+\\].*counted", RegexOptions.Multiline)]
    private static partial Regex Counted();
}

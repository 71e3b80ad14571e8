using MiniFirewall.Engine;
using Xunit;

namespace MiniFirewall.Kernel.Tests.Cli;

/// <summary>Tables of nftables that ask matches of the kernel's come and go with the rules, and a packet that nobody has asked about does not pass such a rule.</summary>
public sealed class KernelMatchTests : IDisposable
{
    /// <summary>A socket for one address waits at port 1; datagrams for three ports are counted where they come out of everything.</summary>
    private const string Send = """
        nft -f - <<'END'
        table inet watch
        delete table inet watch
        table inet watch {
            chain input { type filter hook input priority 200; udp dport 1 counter; udp dport 2 counter; udp dport 3 counter; }
        }
        END
        nc -u -l 127.0.0.1 1 > /dev/null & sleep 0.3
        for port in 1 2 3; do echo > /dev/udp/127.0.0.1/$port; done
        kill $!
        nft list table inet watch | grep -o 'packets [0-9]*' | tr -dc '0-9\n' | paste -sd ' '
        """;

    private const string Rules = "-A INPUT -p udp --dport 3 -j ACCEPT\n-A INPUT -p udp -m socket -j ACCEPT\n-A INPUT -p udp -j DROP\n";

    private readonly NamedNamespace _namespace;

    public KernelMatchTests()
    {
        Assert.SkipUnless(ProviderChoice.KernelHasLinks, "such matches need Linux 6.4");
        _namespace = new();
        _namespace.Shell("ip link set lo up").Succeeded();
    }

    private string Tables => _namespace.Shell("nft list tables | grep minifw | cut -d ' ' -f 2,3 | sed 's/-[0-9a-f]*$//' | paste -sd ' '").Succeeded().Trim();

    public void Dispose() => _namespace.Dispose();

    [Fact]
    public void They_come_with_the_first_rule_and_go_with_the_last()
    {
        Apply(Rules);
        Assert.Equal("ip minifw-is-socket ip6 minifw-is-socket", Tables);
        Assert.Equal("1 0 1\n", _namespace.Shell(Send).Succeeded());
        _namespace.Minifw("iptables", "-I", "INPUT", "1", "-p", "udp", "--dport", "2", "-m", "socket", "!", "--nowildcard", "-j", "ACCEPT").FailedWith(2);
        _namespace.Minifw("iptables", "-I", "INPUT", "1", "-p", "udp", "--dport", "2", "-m", "socket", "--nowildcard", "-j", "ACCEPT").Succeeded();
        Assert.Equal("ip minifw-is-socket ip6 minifw-is-socket ip minifw-is-socket", Tables);
        Assert.Equal("1 0 1\n", _namespace.Shell(Send).Succeeded());
        Apply("-A INPUT -p udp --dport 1 -j DROP\n");
        Assert.Equal("", Tables);
        Assert.Equal("0 1 1\n", _namespace.Shell(Send).Succeeded());
    }

    [Fact]
    public void A_mark_that_the_kernel_computes_is_one_too()
    {
        string[] hash = ["INPUT", "-p", "udp", "--dport", "2", "-j", "HMARK", "--hmark-tuple", "src", "--hmark-mod", "1", "--hmark-rnd", "1", "--hmark-offset", "5"];
        Apply("-A INPUT -p udp --dport 1 -j ACCEPT\n");
        _namespace.Minifw(["iptables", "-A", .. hash]).Succeeded();
        _namespace.Minifw("iptables", "-A", "INPUT", "-p", "udp", "-m", "mark", "!", "--mark", "5", "-j", "DROP").Succeeded();
        Assert.Equal("ip minifw ip6 minifw ip minifw-hmark", Tables);
        Assert.Equal("1 1 0\n", _namespace.Shell(Send).Succeeded());
        _namespace.Shell("nft flush ruleset").Succeeded();
        Assert.Equal("1 0 0\n", _namespace.Shell(Send).Succeeded());
        Apply("-A INPUT -p udp --dport 1 -j ACCEPT\n");
        _namespace.Minifw(["iptables", "-A", .. hash]).Succeeded();
        _namespace.Minifw(["iptables", "-D", .. hash]).Succeeded();
        Assert.Equal("", Tables);
        _namespace.Minifw("ip6tables", "-A", "INPUT", "-m", "addrtype", "--dst-type", "ANYCAST", "-j", "DROP").Succeeded();
        Assert.Equal("ip6 minifw-is-addrtype", Tables);
    }

    [Fact]
    public void Where_they_are_gone_a_packet_does_not_pass_such_a_rule()
    {
        Apply(Rules);
        _namespace.Shell("nft flush ruleset").Succeeded();
        Assert.Equal("0 0 1\n", _namespace.Shell(Send).Succeeded());
        Assert.Contains("1 rule needs nftables' tables", _namespace.Minifw("doctor").Output, StringComparison.Ordinal);
        Apply(Rules);
        Assert.Equal("1 0 1\n", _namespace.Shell(Send).Succeeded());
        Assert.DoesNotContain("rule needs nftables", _namespace.Minifw("doctor").Output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_described_packet_has_no_socket()
    {
        Apply(Rules);
        Assert.StartsWith("DROP: rule 3 of INPUT", _namespace.Minifw("why", "in", "lo", "udp", "127.0.0.1:9", "127.0.0.1:1").Output, StringComparison.Ordinal);
        Assert.Contains("MFW1607", _namespace.MinifwWith("-A INPUT -m socket --restore-skmark -j ACCEPT\n", "apply", "--temporary", "-").FailedWith(2), StringComparison.Ordinal);
    }

    private void Apply(string rules) => _namespace.MinifwWith(rules, "apply", "--temporary", "-").Succeeded();
}

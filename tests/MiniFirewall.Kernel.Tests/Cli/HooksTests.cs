using System.Text.Json;
using Xunit;

namespace MiniFirewall.Kernel.Tests.Cli;

/// <summary>minifw hooks, and what why says of the host, beside rules of nftables, iptables and TC.</summary>
public sealed class HooksTests : IDisposable
{
    private readonly NamedNamespace _namespace = new();

    public void Dispose() => _namespace.Dispose();

    [Fact]
    public void Everybody_on_the_hooks_is_listed_in_order()
    {
        _namespace.MinifwWith("iptables -A INPUT -p tcp --dport 22 -j ACCEPT\n", "apply", "-").Succeeded();
        Others();
        using JsonDocument document = JsonDocument.Parse(_namespace.Minifw("hooks", "--json").Succeeded());
        JsonElement[] hooks = [.. document.RootElement.GetProperty("hooks").EnumerateArray()];
        JsonElement own = Assert.Single(hooks, hook => Is(hook, "minifw", "ipv4", "input"));
        Assert.Equal(0, own.GetProperty("priority").GetInt32());
        Assert.Equal(6, hooks.Count(hook => hook.GetProperty("owner").GetString() == "minifw"));
        JsonElement nft = Assert.Single(hooks, hook => hook.GetProperty("what").GetString()!.EndsWith("inet other early", StringComparison.Ordinal) && hook.GetProperty("family").GetString() is "inet" or "ipv4");
        Assert.Equal((-5, 2, "drop"), (nft.GetProperty("priority").GetInt32(), nft.GetProperty("rules").GetInt32(), nft.GetProperty("policy").GetString()));
        JsonElement legacy = Assert.Single(hooks, hook => Is(hook, "iptables", "ipv4", "prerouting") && hook.GetProperty("what").GetString()!.Contains("raw", StringComparison.Ordinal));
        Assert.Equal((-300, 1), (legacy.GetProperty("priority").GetInt32(), legacy.GetProperty("rules").GetInt32()));
        foreach (IGrouping<string, int> hook in hooks.Where(hook => hook.TryGetProperty("priority", out _))
            .GroupBy(hook => hook.GetProperty("family").GetString() + hook.GetProperty("hook").GetString(), hook => hook.GetProperty("priority").GetInt32()))
        {
            Assert.Equal(hook.Order(), hook);
        }

        Assert.Contains("inet other early", _namespace.Minifw("hooks").Succeeded());
        if (!document.RootElement.GetProperty("whole").GetBoolean())
        {
            Assert.Contains("does not list its hooks", _namespace.Minifw("hooks").Succeeded());
        }
    }

    [Fact]
    public void Programs_of_interfaces_are_listed()
    {
        using var other = new NamedNamespace();
        VethPair.Join(_namespace, other);
        Assert.SkipUnless(_namespace.Shell("tc qdisc add dev veth0 clsact && tc filter add dev veth0 ingress matchall action pass").ExitCode == 0, "tc cannot do it on this kernel");
        Assert.Contains("veth0: matchall filter at tc ingress", _namespace.Minifw("hooks").Succeeded());
    }

    /// <summary>hooks lists real XDP and tcx programs, why says that a packet meets them first, and doctor notes them.</summary>
    [Fact]
    public void Programs_of_XDP_and_tcx_are_told_of()
    {
        Assert.SkipWhen(Environment.OSVersion.Version < new Version(6, 6), "this kernel has no tcx");
        using var other = new NamedNamespace();
        VethPair.Join(_namespace, other);
        _namespace.MinifwWith("iptables -A INPUT -p tcp --dport 22 -j ACCEPT\n", "apply", "-").Succeeded();
        Assert.DoesNotContain("test_", _namespace.Minifw("hooks").Succeeded());
        using (new InterfacePrograms(_namespace, "veth0"))
        {
            string hooks = _namespace.Minifw("hooks").Succeeded();
            Assert.Matches(@"veth0: test_xdp \(program \d+\) at xdp\n", hooks);
            Assert.Matches(@"veth0: test_tcx \(program \d+\) at tc ingress\n", hooks);
            string why = _namespace.Minifw("why", "in", "veth0", "tcp", "10.9.0.2:5000", "10.9.0.1:22").Succeeded();
            Assert.Contains("test_xdp", why);
            Assert.Contains("test_tcx", why);
            Assert.DoesNotContain("test_", _namespace.Minifw("why", "out", "veth0", "tcp", "10.9.0.1:22", "10.9.0.2:5000").Succeeded());
            string doctor = _namespace.Minifw("doctor").Output;
            Assert.Contains("test_xdp at xdp of veth0 meets packets before Netfilter's hooks, and may drop or change them", doctor);
            Assert.Contains("test_tcx at tc ingress of veth0 meets packets before Netfilter's hooks, and may drop or change them", doctor);
        }
    }

    [Fact]
    public void Without_rules_there_is_nothing()
    {
        using JsonDocument document = JsonDocument.Parse(_namespace.Minifw("hooks", "--json").Succeeded());
        Assert.DoesNotContain(document.RootElement.GetProperty("hooks").EnumerateArray(), hook => hook.GetProperty("owner").GetString() is "minifw" or "iptables" or "nftables");
    }

    /// <summary>The chains that change packets as rules ask are no other firewall; a table of another family that has their name is one.</summary>
    [Fact]
    public void This_firewalls_own_chains_of_nftables_are_no_others()
    {
        _namespace.MinifwWith("iptables -A INPUT -p tcp --dport 22 -j ACCEPT\n", "apply", "-").Succeeded();
        Assert.Equal(0, _namespace.Shell("""
            set -e
            nft add table ip minifw
            nft 'add chain ip minifw input { type filter hook input priority 10; }'
            nft add rule ip minifw input meta mark set 0
            """).ExitCode);
        using (JsonDocument document = JsonDocument.Parse(_namespace.Minifw("hooks", "--json").Succeeded()))
        {
            JsonElement own = Assert.Single(document.RootElement.GetProperty("hooks").EnumerateArray(), hook => hook.GetProperty("what").GetString() == "chain ip minifw input");
            Assert.True(Is(own, "minifw", "ipv4", "input"));
            Assert.Equal((10, 1), (own.GetProperty("priority").GetInt32(), own.GetProperty("rules").GetInt32()));
        }

        Assert.DoesNotContain("nftables decides too", _namespace.Minifw("doctor").Output);
        Assert.Equal(0, _namespace.Shell("nft add table inet minifw; nft 'add chain inet minifw input { type filter hook input priority 10; policy drop; }'").ExitCode);
        Assert.Contains("nftables decides too", _namespace.Minifw("doctor").Output);
    }

    [Fact]
    public void Why_says_who_else_decides_and_who_listens()
    {
        using var other = new NamedNamespace();
        VethPair.Join(_namespace, other);
        _namespace.MinifwWith("iptables -A INPUT -p tcp --dport 22 -j ACCEPT\n", "apply", "-").Succeeded();
        Others();
        string said = _namespace.Minifw("why", "in", "veth0", "tcp", "10.9.0.2:5000", "10.9.0.1:22").Succeeded();
        Assert.Contains("on this host: nobody listens on tcp port 22", said);
        Assert.Contains("on this host: nftables judges it too: chain inet other early", said.Replace("ip ", "inet ", StringComparison.Ordinal));
        Assert.Contains("on this host: iptables judges it too: table raw, chain PREROUTING on prerouting at -300, 1 rule", said);
        Assert.Contains("10.9.0.77 is no address of this host", _namespace.Minifw("why", "in", "veth0", "tcp", "10.9.0.2:5000", "10.9.0.77:22").Succeeded());
        Assert.Contains("has no way to 198.51.100.1: no route", _namespace.Minifw("why", "out", "veth0", "tcp", "10.9.0.1:5000", "198.51.100.1:22").Succeeded());
        Assert.Contains("leads out by veth0, not lo", _namespace.Minifw("why", "out", "lo", "udp", "10.9.0.1:5000", "10.9.0.2:53").Succeeded());
        Assert.Contains("there is no interface veth7 here", _namespace.Minifw("why", "in", "veth7", "tcp", "10.9.0.2:5000", "10.9.0.1:22").Succeeded());
        const string NotLedOn = "packets are not led on here: net.ipv4.conf.veth0.forwarding is 0";
        string[] through = ["why", "forward", "veth0", "veth0", "tcp", "10.8.0.1:5000", "10.9.0.2:22"];
        _namespace.Shell("sysctl -qw net.ipv4.conf.veth0.forwarding=0").Succeeded();
        Assert.Contains(NotLedOn, _namespace.Minifw(through).Succeeded());
        _namespace.Shell("sysctl -qw net.ipv4.conf.veth0.forwarding=1").Succeeded();
        Assert.DoesNotContain(NotLedOn, _namespace.Minifw(through).Succeeded());
        using JsonDocument json = JsonDocument.Parse(_namespace.Minifw("why", "out", "veth0", "tcp", "[2001:db8:9::1]:5", "[2001:db8:77::1]:22", "--json").Succeeded());
        Assert.Contains(json.RootElement.GetProperty("host").EnumerateArray(), remark => remark.GetProperty("about").GetString() == "route");
    }

    private static bool Is(JsonElement hook, string owner, string family, string place) =>
        (hook.GetProperty("owner").GetString(), hook.GetProperty("family").GetString(), hook.GetProperty("hook").GetString()) == (owner, family, place);

    private void Others() => Assert.Equal(0, _namespace.Shell("""
        set -e
        nft add table inet other
        nft 'add chain inet other early { type filter hook input priority -5; policy drop; }'
        nft add rule inet other early tcp dport 22 accept
        nft add rule inet other early iif lo accept
        iptables-legacy -t raw -A PREROUTING -p tcp --dport 99 -j DROP
        """).ExitCode);
}

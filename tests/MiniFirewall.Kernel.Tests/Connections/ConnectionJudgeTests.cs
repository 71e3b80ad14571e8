using MiniFirewall.Analysis;
using MiniFirewall.Engine.Connections;
using MiniFirewall.Kernel.Tests.Support;
using MiniFirewall.Packets;
using MiniFirewall.Packets.Text;
using MiniFirewall.Rules.Model;
using Xunit;

namespace MiniFirewall.Kernel.Tests.Connections;

/// <summary>What is surely dropped of which not all is known; and which addresses are the host's own.</summary>
public sealed class ConnectionJudgeTests
{
    private const string Packet = "in eth0 tcp 203.0.113.9:50000 10.0.0.5:22";

    [Theory]
    [InlineData(true, "-P INPUT ACCEPT")]
    [InlineData(false, "-P INPUT DROP")]
    [InlineData(false, "-A INPUT -p tcp --dport 22 -j DROP")]
    [InlineData(true, "-A INPUT -p tcp --dport 23 -j DROP")]
    [InlineData(false, "-A INPUT -p tcp --dport 22 -j REJECT")]
    [InlineData(false, "-P INPUT DROP", "-A INPUT -m conntrack --ctstate ESTABLISHED,RELATED -j ACCEPT")]
    [InlineData(true, "-P INPUT DROP", "-A INPUT -m conntrack --ctstate NEW -s 203.0.113.0/24 -j ACCEPT")]
    [InlineData(false, "-A INPUT -p tcp --syn --dport 22 -j DROP")]
    [InlineData(true, "-A INPUT -p tcp ! --syn --dport 22 -j DROP")]

    // A mark, a length or a limit may be so or not.
    [InlineData(true, "-A INPUT -m mark --mark 1 -j DROP")]
    [InlineData(true, "-P INPUT DROP", "-A INPUT -m mark --mark 1 -j ACCEPT")]
    [InlineData(true, "-P INPUT DROP", "-A INPUT -m limit --limit 1/s -p tcp --dport 22 -j ACCEPT")]
    [InlineData(false, "-P INPUT DROP", "-A INPUT -m limit --limit 1/s -p tcp -m tcp --dport 23 -j ACCEPT")]
    [InlineData(false, "-A INPUT -m length --length 1:100 -j DROP", "-A INPUT -m tcp -p tcp --dport 22 -j DROP")]

    // Chains.
    [InlineData(false, ":K -", "-A INPUT -j K", "-A INPUT -j DROP", "-A K -s 203.0.113.9 -j RETURN", "-A K -j ACCEPT")]
    [InlineData(true, ":K -", "-A INPUT -j K", "-A INPUT -j DROP", "-A K -m mark --mark 1 -j RETURN", "-A K -j ACCEPT")]
    [InlineData(false, ":K -", "-P INPUT DROP", "-A INPUT -g K", "-A INPUT -j ACCEPT", "-A K -s 192.0.2.1 -j ACCEPT")]
    [InlineData(true, ":K -", "-P INPUT DROP", "-A INPUT -m mark --mark 1 -g K", "-A INPUT -j ACCEPT", "-A K -j DROP")]
    [InlineData(false, ":K -", "-A INPUT -m mark --mark 1 -j K", "-A INPUT -j DROP", "-A K -j DROP")]

    // Interfaces are known.
    [InlineData(true, "-P INPUT DROP", "-A INPUT -i eth0 -j ACCEPT")]
    [InlineData(false, "-P INPUT DROP", "-A INPUT -i lo -j ACCEPT")]
    public void What_may_pass_is_told(bool expected, params string[] rules)
    {
        Assert.True(PacketDescription.TryParse(Packet, out PacketDescription? description, out _));
        Assert.Equal(expected, new PossibleVerdicts(Read(rules)).MayPass(description.Packet));
    }

    [Fact]
    public void Interfaces_that_no_rule_tells_apart_are_one_kind()
    {
        RuleSet rules = Read("-A INPUT -i lo -j ACCEPT", "-A INPUT -i eth+ -j ACCEPT", "-A FORWARD ! -o eth1 -j DROP");
        Assert.Equal(["wlan0", "eth0", "eth1"], InterfaceKinds.Of(rules, ["wlan0", "wlan1", "eth0", "eth1", "eth2", "tun0"]));
        Assert.Equal([""], InterfaceKinds.Of(rules, []));
    }

    [Fact]
    public void Own_addresses_are_read_from_the_kernels_files()
    {
        var own = OwnAddresses.Parse(
            """
            Main:
              +-- 0.0.0.0/0 3 0 5
                 |-- 10.0.0.0
                    /24 link UNICAST
            Local:
                 |-- 10.0.0.5
                    /32 host LOCAL
                 |-- 10.0.0.255
                    /32 link BROADCAST
                 |-- 127.0.0.0
                    /8 host LOCAL
            """.Split('\n'),
            ["fe800000000000000000000000000001 02 40 20 80     eth0"]);
        Assert.True(own.Contains(Family.IPv4, AddressText.Parse(Family.IPv4, "10.0.0.5")));
        Assert.True(own.Contains(Family.IPv4, AddressText.Parse(Family.IPv4, "127.9.9.9")));
        Assert.False(own.Contains(Family.IPv4, AddressText.Parse(Family.IPv4, "10.0.0.6")));
        Assert.False(own.Contains(Family.IPv4, AddressText.Parse(Family.IPv4, "10.0.0.255")));
        Assert.True(own.Contains(Family.IPv6, AddressText.Parse(Family.IPv6, "fe80::1")));
        Assert.All(["10.0.0.255", "224.0.0.1", "255.255.255.255", "10.0.0.5"], address => Assert.True(own.Receives(Family.IPv4, AddressText.Parse(Family.IPv4, address))));
        Assert.False(own.Receives(Family.IPv4, AddressText.Parse(Family.IPv4, "10.0.0.6")));
        Assert.True(own.Receives(Family.IPv6, AddressText.Parse(Family.IPv6, "ff02::1")));
    }

    /// <summary>A line ":NAME -" makes a chain.</summary>
    private static RuleSet Read(params string[] lines) =>
        RuleReading.Read(string.Concat(lines.Select(line => line.StartsWith(':') ? $"-N {line[1..^2]}\n" : $"{line}\n")));
}

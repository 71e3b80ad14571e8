using MiniFirewall.Packets;
using MiniFirewall.Testing.Packets;
using Xunit;

namespace MiniFirewall.Tests.Testing;

public sealed class RuleEdgesTests
{
    [Fact]
    public void Prefixes_give_their_first_and_last_address_and_the_neighbours()
    {
        string[] addresses = Addresses("-A INPUT -s 10.1.0.0/16", Family.IPv4);
        Assert.Superset(new HashSet<string> { "10.0.255.255", "10.1.0.0", "10.1.255.255", "10.2.0.0", "10.1.0.1" }, addresses.ToHashSet());
    }

    [Fact]
    public void Masks_with_holes_give_a_bit_inside_and_one_outside()
    {
        string[] addresses = Addresses("-A INPUT ! -d 10.0.7.0/255.0.255.0", Family.IPv4);
        Assert.Superset(new HashSet<string> { "10.0.7.0", "10.255.7.255", "10.0.6.0", "10.0.7.1" }, addresses.ToHashSet());
    }

    [Fact]
    public void Ranges_and_lists_give_all_their_ends()
    {
        Assert.Superset(new HashSet<string> { "fd00::1", "fd00::9", "fd00::", "fd00::a" }, Addresses("--src-range fd00::1-fd00::9", Family.IPv6).ToHashSet());
        Assert.Superset(new HashSet<string> { "10.0.0.1", "10.0.0.7" }, Addresses("-s 10.0.0.1,10.0.0.7", Family.IPv4).ToHashSet());
    }

    [Fact]
    public void Names_and_empty_text_give_nothing()
    {
        Assert.Empty(Addresses("-A OUTPUT -p tcp -d bigmart.com -j ACCEPT", Family.IPv4));
        Assert.Empty(RuleEdges.Of("").Ports);
    }

    [Fact]
    public void Numbers_give_their_neighbours()
    {
        RuleEdges edges = RuleEdges.Of("-p tcp -m tcp --dport 22 -m multiport --ports 80:90,443 -m length --length 65535 -m ttl --ttl-lt 0 --tcp-option 2 -p 47");

        Assert.Equal([21, 22, 23, 79, 80, 81, 85, 89, 90, 91, 442, 443, 444], edges.Ports);
        Assert.Equal([65534, 65535], edges.Lengths);
        Assert.Equal([0, 1], edges.HopLimits);
        Assert.Equal([1, 2, 3], edges.TcpOptions);
        Assert.Equal([6, 47], edges.Protocols);
    }

    [Fact]
    public void A_mark_gives_a_bit_inside_and_one_outside_its_mask()
    {
        Assert.Equal([0x00u, 0x10u, 0x11u, 0xffffff1fu], RuleEdges.Of("--mark 0x10/0xf0").Marks);
    }

    [Fact]
    public void Flags_give_what_is_asked_and_each_flag_turned_over()
    {
        Assert.Equal([0x00, 0x02, 0x12, 0xef], RuleEdges.Of("--tcp-flags SYN,ACK SYN").TcpFlags);
        Assert.Contains(0x02, RuleEdges.Of("-p tcp --syn").TcpFlags);
    }

    [Fact]
    public void Types_give_their_neighbours()
    {
        Assert.Equal([(2, 1), (3, 1), (3, 2), (4, 1)], RuleEdges.Of("--icmp-type host-unreachable").Icmp);
        Assert.Contains(((byte)135, (byte)0), RuleEdges.Of("--icmpv6-type neighbour-solicitation").Icmp);
        Assert.Empty(RuleEdges.Of("--icmp-type any").Icmp);
    }

    [Fact]
    public void Interface_tests_give_names_that_match_and_names_that_do_not()
    {
        Assert.Equal(["eth", "eth0", "etz"], RuleEdges.Of("-i eth+").Interfaces);
    }

    private static string[] Addresses(string rules, Family family) =>
        [.. RuleEdges.Of(rules).Addresses(family).Select(a => AddressText.Format(family, a))];
}

using Xunit;

namespace MiniFirewall.Kernel.Tests.Matches;

/// <summary>-m iprange (iptables-extensions(8); net/netfilter/xt_iprange.c).</summary>
[Collection(MatchLab.Name)]
public sealed class IprangeTests(MatchLab lab)
{
    [Theory]
    [InlineData("--src-range 198.51.100.0-198.51.100.9", Says.Match)]
    [InlineData("--src-range 198.51.100.1-198.51.100.1", Says.Match)]
    [InlineData("--src-range 198.51.100.1", Says.Match)]
    [InlineData("--src-range 198.51.100.2-198.51.100.9", Says.Miss)]
    [InlineData("--src-range 198.51.99.0-198.51.100.0", Says.Miss)]
    [InlineData("! --src-range 198.51.100.0-198.51.100.9", Says.Miss)]
    [InlineData("! --src-range 198.51.100.2-198.51.100.9", Says.Match)]
    [InlineData("--src-range 0.0.0.0-255.255.255.255", Says.Match)]
    [InlineData("--dst-range 203.0.113.9-203.0.114.0", Says.Match)]
    [InlineData("--dst-range 203.0.113.10-203.0.114.0", Says.Miss)]
    [InlineData("--dst-range 203.0.112.0-203.0.113.8", Says.Miss)]
    [InlineData("! --dst-range 203.0.113.9-203.0.114.0", Says.Miss)]
    [InlineData("--src-range 198.51.0.0-198.52.0.0 --dst-range 203.0.113.0-203.0.113.255", Says.Match)]
    [InlineData("--src-range 198.51.0.0-198.52.0.0 ! --dst-range 203.0.113.0-203.0.113.255", Says.Miss)]
    [InlineData("! --src-range 10.0.0.0-10.0.0.1 ! --dst-range 10.0.0.0-10.0.0.1", Says.Match)]
    public void IPv4(string match, Says says)
    {
        lab.Check("-m iprange " + match, "tcp 198.51.100.1:1000 203.0.113.9:22", says);
        lab.Check("-m iprange " + match, "tcp 198.51.100.1:1000 203.0.113.9:22 cut 0", says);
        lab.Check("-m iprange " + match, "icmp 198.51.100.1 203.0.113.9 frag 4", says);
        lab.Check("-p udp -m iprange " + match, "tcp 198.51.100.1:1000 203.0.113.9:22", Says.Miss);
    }

    [Theory]
    [InlineData("--src-range 2001:db8:1::-2001:db8:1::9", Says.Match)]
    [InlineData("--src-range 2001:db8:1::1-2001:db8:1::1", Says.Match)]
    [InlineData("--src-range 2001:db8:1::2-2001:db8:1::9", Says.Miss)]
    [InlineData("--src-range 2001:db8::-2001:db8:1::", Says.Miss)]
    [InlineData("--src-range 2001:db8:0:ffff:ffff:ffff:ffff:ffff-2001:db8:1::1", Says.Match)]
    [InlineData("! --src-range 2001:db8:1::-2001:db8:1::9", Says.Miss)]
    [InlineData("! --src-range 2001:db8:1::2-2001:db8:1::9", Says.Match)]
    [InlineData("--dst-range 2001:db8:2::2-2001:db8:3::", Says.Match)]
    [InlineData("--dst-range 2001:db8:2::3-2001:db8:3::", Says.Miss)]
    [InlineData("--dst-range 2001:db8:1:ffff::-2001:db8:2::1", Says.Miss)]
    [InlineData("! --dst-range 2001:db8:2::2-2001:db8:3::", Says.Miss)]
    [InlineData("--src-range ::-ffff:: --dst-range ::-ffff::", Says.Match)]
    public void IPv6(string match, Says says)
    {
        lab.Check("-m iprange " + match, "tcp [2001:db8:1::1]:1000 [2001:db8:2::2]:22", says);
        lab.Check("-m iprange " + match, "tcp [2001:db8:1::1]:1000 [2001:db8:2::2]:22 cut 0", says);
        lab.Check("-m iprange " + match, "icmpv6 2001:db8:1::1 2001:db8:2::2 frag 4", says);
        lab.Check("-p udp -m iprange " + match, "tcp [2001:db8:1::1]:1000 [2001:db8:2::2]:22", Says.Miss);
    }
}

using Xunit;

namespace MiniFirewall.Kernel.Tests.Matches;

/// <summary>-m icmp6, IPv6 (iptables-extensions(8); net/netfilter/xt_tcpudp.c icmp6_match).</summary>
[Collection(MatchLab.Name)]
public sealed class Icmpv6Tests(MatchLab lab)
{
    [Theory]
    [InlineData("--icmpv6-type 128", "128/0", Says.Match)]
    [InlineData("--icmpv6-type 128", "128/9", Says.Match)]
    [InlineData("--icmpv6-type 128", "129/0", Says.Miss)]
    [InlineData("--icmpv6-type echo-request", "128/0", Says.Match)]
    [InlineData("! --icmpv6-type 128", "128/0", Says.Miss)]
    [InlineData("! --icmpv6-type 128", "129/0", Says.Match)]
    [InlineData("--icmpv6-type 1/4", "1/4", Says.Match)]
    [InlineData("--icmpv6-type 1/4", "1/3", Says.Miss)]
    [InlineData("--icmpv6-type port-unreachable", "1/4", Says.Match)]
    [InlineData("! --icmpv6-type 1/4", "1/4", Says.Miss)]
    [InlineData("! --icmpv6-type 1/4", "1/3", Says.Match)]
    [InlineData("--icmpv6-type 1", "1/255", Says.Match)]
    public void Types(string match, string type, Says says) => lab.Check("-p icmpv6 " + match, "icmpv6 2001:db8:1::1 2001:db8:2::2 " + type, says);

    [Theory]
    [InlineData("-p icmpv6 --icmpv6-type 128", "tcp [2001:db8:1::1]:128 [2001:db8:2::2]:128", Says.Miss)]
    [InlineData("-p icmpv6 --icmpv6-type 128", "icmpv6 2001:db8:1::1 2001:db8:2::2 128/0 cut 8", Says.Match)]
    [InlineData("-p icmpv6 --icmpv6-type 128", "icmpv6 2001:db8:1::1 2001:db8:2::2 128/0 cut 7", Says.Invalid)]
    [InlineData("-p icmpv6 --icmpv6-type 128", "icmpv6 2001:db8:1::1 2001:db8:2::2 128/0 cut 0", Says.Invalid)]
    [InlineData("-p icmpv6 --icmpv6-type 129", "icmpv6 2001:db8:1::1 2001:db8:2::2 128/0 cut 7", Says.Invalid)]
    [InlineData("-p icmpv6 ! --icmpv6-type 128", "icmpv6 2001:db8:1::1 2001:db8:2::2 128/0 cut 7", Says.Invalid)]
    [InlineData("-p icmpv6 --icmpv6-type 128", "icmpv6 2001:db8:1::1 2001:db8:2::2 128/0 frag 0", Says.Match)]
    [InlineData("-p icmpv6 --icmpv6-type 128", "icmpv6 2001:db8:1::1 2001:db8:2::2 128/0 frag 1", Says.Miss)]
    [InlineData("-p icmpv6 ! --icmpv6-type 128", "icmpv6 2001:db8:1::1 2001:db8:2::2 128/0 frag 1", Says.Miss)]
    [InlineData("-p icmpv6", "icmpv6 2001:db8:1::1 2001:db8:2::2 128/0 frag 1", Says.Match)]
    [InlineData("-p icmpv6", "icmpv6 2001:db8:1::1 2001:db8:2::2 128/0 cut 0", Says.Match)]
    public void Other_protocols_cut_headers_fragments(string rule, string packet, Says says) => lab.Check(rule, packet, says);
}

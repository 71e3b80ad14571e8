using Xunit;

namespace MiniFirewall.Kernel.Tests.Matches;

/// <summary>-m ttl and -m hl (iptables-extensions(8); net/netfilter/xt_hl.c).</summary>
[Collection(MatchLab.Name)]
public sealed class HopLimitTests(MatchLab lab)
{
    [Theory]
    [InlineData("eq 64", "64", Says.Match)]
    [InlineData("eq 64", "63", Says.Miss)]
    [InlineData("lt 64", "63", Says.Match)]
    [InlineData("lt 64", "64", Says.Miss)]
    [InlineData("gt 64", "65", Says.Match)]
    [InlineData("gt 64", "64", Says.Miss)]
    [InlineData("eq 1", "1", Says.Match)]
    [InlineData("eq 254", "254", Says.Match)]
    [InlineData("lt 1", "1", Says.Miss)]
    [InlineData("gt 254", "254", Says.Miss)]
    public void Both_families(string match, string hops, Says says)
    {
        lab.Check("-m ttl --ttl-" + match, $"tcp 198.51.100.1:1 203.0.113.9:2 ttl {hops}", says);
        lab.Check("-m ttl --ttl-" + match, $"tcp 198.51.100.1:1 203.0.113.9:2 ttl {hops} cut 0", says);
        lab.Check("-m ttl --ttl-" + match, $"tcp 198.51.100.1:1 203.0.113.9:2 ttl {hops} frag 6", says);
        lab.Check("-p udp -m ttl --ttl-" + match, $"tcp 198.51.100.1:1 203.0.113.9:2 ttl {hops}", Says.Miss);
        lab.Check("-m hl --hl-" + match, $"tcp [2001:db8:1::1]:1 [2001:db8:2::2]:2 ttl {hops}", says);
        lab.Check("-m hl --hl-" + match, $"tcp [2001:db8:1::1]:1 [2001:db8:2::2]:2 ttl {hops} cut 0", says);
        lab.Check("-m hl --hl-" + match, $"tcp [2001:db8:1::1]:1 [2001:db8:2::2]:2 ttl {hops} frag 6", says);
        lab.Check("-p udp -m hl --hl-" + match, $"tcp [2001:db8:1::1]:1 [2001:db8:2::2]:2 ttl {hops}", Says.Miss);
    }

    [Theory]
    [InlineData("! --ttl-eq 64", "-m ttl", "tcp 198.51.100.1:1 203.0.113.9:2 ttl 64", Says.Miss)]
    [InlineData("! --ttl-eq 64", "-m ttl", "tcp 198.51.100.1:1 203.0.113.9:2 ttl 65", Says.Match)]
    [InlineData("! --hl-eq 64", "-m hl", "tcp [2001:db8:1::1]:1 [2001:db8:2::2]:2 ttl 64", Says.Miss)]
    [InlineData("! --hl-eq 64", "-m hl", "tcp [2001:db8:1::1]:1 [2001:db8:2::2]:2 ttl 65", Says.Match)]
    public void Negated(string match, string name, string packet, Says says) => lab.Check($"{name} {match}", packet, says);

    [Theory]
    [InlineData("-m ttl --ttl-eq 0", "in eth0 tcp 198.51.100.1:1 203.0.113.9:2 ttl 0", Says.Match)]
    [InlineData("-m ttl --ttl-eq 255", "out eth0 tcp 198.51.100.1:1 203.0.113.9:2 ttl 255", Says.Match)]
    [InlineData("-m hl --hl-eq 0", "in eth0 tcp [2001:db8:1::1]:1 [2001:db8:2::2]:2 ttl 0", Says.Match)]
    [InlineData("-m hl --hl-eq 255", "out eth0 tcp [2001:db8:1::1]:1 [2001:db8:2::2]:2 ttl 255", Says.Match)]
    public void The_ends_of_the_range(string rule, string packet, Says says) => lab.Check(rule, packet, says);
}

using Xunit;

namespace MiniFirewall.Kernel.Tests.Matches;

/// <summary>-m icmp, IPv4 (iptables-extensions(8); net/netfilter/xt_tcpudp.c icmp_match).</summary>
[Collection(MatchLab.Name)]
public sealed class IcmpTests(MatchLab lab)
{
    [Theory]
    [InlineData("--icmp-type 8", "8/0", Says.Match)]
    [InlineData("--icmp-type 8", "8/3", Says.Match)]
    [InlineData("--icmp-type 8", "0/0", Says.Miss)]
    [InlineData("--icmp-type echo-request", "8/0", Says.Match)]
    [InlineData("--icmp-type ping", "8/0", Says.Match)]
    [InlineData("! --icmp-type 8", "8/0", Says.Miss)]
    [InlineData("! --icmp-type 8", "0/0", Says.Match)]
    [InlineData("--icmp-type 3/4", "3/4", Says.Match)]
    [InlineData("--icmp-type 3/4", "3/3", Says.Miss)]
    [InlineData("--icmp-type 3/4", "11/4", Says.Miss)]
    [InlineData("--icmp-type fragmentation-needed", "3/4", Says.Match)]
    [InlineData("! --icmp-type 3/4", "3/4", Says.Miss)]
    [InlineData("! --icmp-type 3/4", "3/3", Says.Match)]
    [InlineData("--icmp-type 3", "3/15", Says.Match)]
    [InlineData("--icmp-type any", "42/42", Says.Match)]
    [InlineData("--icmp-type 255", "42/42", Says.Match)]
    public void Types(string match, string type, Says says) => lab.Check("-p icmp " + match, "icmp 198.51.100.1 203.0.113.9 " + type, says);

    [Theory]
    [InlineData("-p icmp --icmp-type 8", "tcp 198.51.100.1:8 203.0.113.9:8", Says.Miss)]
    [InlineData("-p icmp --icmp-type 8", "icmp 198.51.100.1 203.0.113.9 8/0 cut 8", Says.Match)]
    [InlineData("-p icmp --icmp-type 8", "icmp 198.51.100.1 203.0.113.9 8/0 cut 7", Says.Invalid)]
    [InlineData("-p icmp --icmp-type 8", "icmp 198.51.100.1 203.0.113.9 8/0 cut 0", Says.Invalid)]
    [InlineData("-p icmp --icmp-type 0", "icmp 198.51.100.1 203.0.113.9 8/0 cut 7", Says.Invalid)]
    [InlineData("-p icmp ! --icmp-type 8", "icmp 198.51.100.1 203.0.113.9 8/0 cut 7", Says.Invalid)]
    [InlineData("-p icmp --icmp-type any", "icmp 198.51.100.1 203.0.113.9 8/0 cut 7", Says.Invalid)]
    [InlineData("-p icmp --icmp-type 8", "icmp 198.51.100.1 203.0.113.9 8/0 frag 0", Says.Match)]
    [InlineData("-p icmp --icmp-type 8", "icmp 198.51.100.1 203.0.113.9 8/0 frag 1", Says.Miss)]
    [InlineData("-p icmp ! --icmp-type 8", "icmp 198.51.100.1 203.0.113.9 8/0 frag 1", Says.Miss)]
    [InlineData("-p icmp", "icmp 198.51.100.1 203.0.113.9 8/0 frag 1", Says.Match)]
    [InlineData("-p icmp", "icmp 198.51.100.1 203.0.113.9 8/0 cut 0", Says.Match)]
    public void Other_protocols_cut_headers_fragments(string rule, string packet, Says says) => lab.Check(rule, packet, says);
}

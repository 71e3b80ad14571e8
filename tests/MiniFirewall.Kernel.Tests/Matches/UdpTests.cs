using Xunit;

namespace MiniFirewall.Kernel.Tests.Matches;

/// <summary>-m udp (iptables-extensions(8); net/netfilter/xt_tcpudp.c udp_mt).</summary>
[Collection(MatchLab.Name)]
public sealed class UdpTests(MatchLab lab)
{
    [Theory]
    [InlineData("-p udp --dport 53", "udp SRC:1000 DST:53", Says.Match)]
    [InlineData("-p udp --dport 54", "udp SRC:1000 DST:53", Says.Miss)]
    [InlineData("-p udp --dport domain", "udp SRC:1000 DST:53", Says.Match)]
    [InlineData("-p udp ! --dport 53", "udp SRC:1000 DST:53", Says.Miss)]
    [InlineData("-p udp ! --dport 54", "udp SRC:1000 DST:53", Says.Match)]
    [InlineData("-p udp --dport 50:53", "udp SRC:1000 DST:53", Says.Match)]
    [InlineData("-p udp --dport 53:60", "udp SRC:1000 DST:53", Says.Match)]
    [InlineData("-p udp --dport 54:60", "udp SRC:1000 DST:53", Says.Miss)]
    [InlineData("-p udp ! --dport 50:53", "udp SRC:1000 DST:53", Says.Miss)]
    [InlineData("-p udp --sport 1000", "udp SRC:1000 DST:53", Says.Match)]
    [InlineData("-p udp --sport 53", "udp SRC:1000 DST:53", Says.Miss)]
    [InlineData("-p udp ! --sport 1000", "udp SRC:1000 DST:53", Says.Miss)]
    [InlineData("-p udp --sport 1000 --dport 53", "udp SRC:1000 DST:53", Says.Match)]
    [InlineData("-p udp --sport 1000 ! --dport 53", "udp SRC:1000 DST:53", Says.Miss)]
    [InlineData("-p udp -m udp", "udp SRC:1000 DST:53", Says.Match)]
    [InlineData("-p udp --dport 53", "tcp SRC:1000 DST:53", Says.Miss)]
    [InlineData("-p udp ! --dport 54", "tcp SRC:1000 DST:53", Says.Miss)]
    [InlineData("-p udp --dport 53", "udplite SRC:1000 DST:53", Says.Miss)]
    public void Ports(string rule, string packet, Says says) => lab.Check(rule, packet, says);

    [Theory]
    [InlineData("-p udp --dport 53", "udp SRC:1000 DST:53 cut 8", Says.Match)]
    [InlineData("-p udp --dport 53", "udp SRC:1000 DST:53 cut 7", Says.Invalid)]
    [InlineData("-p udp --dport 53", "udp SRC:1000 DST:53 cut 4", Says.Invalid)]
    [InlineData("-p udp --dport 53", "udp SRC:1000 DST:53 cut 0", Says.Invalid)]
    [InlineData("-p udp --dport 99", "udp SRC:1000 DST:53 cut 7", Says.Invalid)]
    [InlineData("-p udp ! --dport 53", "udp SRC:1000 DST:53 cut 7", Says.Invalid)]
    [InlineData("-p udp -m udp", "udp SRC:1000 DST:53 cut 7", Says.Invalid)]
    [InlineData("-p tcp --dport 53", "udp SRC:1000 DST:53 cut 0", Says.Miss)]
    public void A_cut_header_is_dropped(string rule, string packet, Says says) => lab.Check(rule, packet, says);

    [Theory]
    [InlineData("-p udp --dport 53", "udp SRC:1000 DST:53 frag 0", Says.Match)]
    [InlineData("-p udp --dport 53", "udp SRC:1000 DST:53 frag 1", Says.Miss)]
    [InlineData("-p udp ! --dport 53", "udp SRC:1000 DST:53 frag 1", Says.Miss)]
    [InlineData("-p udp -m udp", "udp SRC:1000 DST:53 frag 1", Says.Miss)]
    [InlineData("-p udp --dport 53", "udp SRC:1000 DST:53 frag 0 cut 7", Says.Invalid)]
    [InlineData("-p udp -m udp", "udp SRC:1000 DST:53 frag 1 cut 0", Says.Miss)]
    public void Fragments(string rule, string packet, Says says) => lab.Check(rule, packet, says);
}

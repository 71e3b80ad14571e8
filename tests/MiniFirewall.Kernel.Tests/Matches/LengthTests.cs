using Xunit;

namespace MiniFirewall.Kernel.Tests.Matches;

/// <summary>-m length (iptables-extensions(8); net/netfilter/xt_length.c): the length that the network header declares.</summary>
[Collection(MatchLab.Name)]
public sealed class LengthTests(MatchLab lab)
{
    [Theory]
    [InlineData("--length 100", Says.Match)]
    [InlineData("--length 99", Says.Miss)]
    [InlineData("--length 101", Says.Miss)]
    [InlineData("! --length 100", Says.Miss)]
    [InlineData("! --length 99", Says.Match)]
    [InlineData("--length 90:100", Says.Match)]
    [InlineData("--length 100:110", Says.Match)]
    [InlineData("--length 101:110", Says.Miss)]
    [InlineData("--length 90:99", Says.Miss)]
    [InlineData("! --length 90:100", Says.Miss)]
    [InlineData("! --length 101:110", Says.Match)]
    [InlineData("--length :100", Says.Match)]
    [InlineData("--length :99", Says.Miss)]
    [InlineData("--length 100:", Says.Match)]
    [InlineData("--length 101:", Says.Miss)]
    [InlineData("--length 0:65535", Says.Match)]
    public void Lengths(string match, Says says)
    {
        lab.Check("-m length " + match, "udp SRC:1000 DST:22 len 100", says);
        lab.Check("-p udp -m length " + match, "udp SRC:1000 DST:22 len 100 frag 3", says);
        lab.Check("-p tcp -m length " + match, "udp SRC:1000 DST:22 len 100", Says.Miss);
    }

    [Theory]
    [InlineData("-m length --length 23", "tcp 198.51.100.1:1000 203.0.113.9:22 cut 3", Says.Match)]
    [InlineData("-m length --length 20", "tcp 198.51.100.1:1000 203.0.113.9:22 cut 0", Says.Match)]
    [InlineData("-m length --length 43", "tcp [2001:db8:1::1]:1000 [2001:db8:2::2]:22 cut 3", Says.Match)]
    [InlineData("-m length --length 40", "tcp [2001:db8:1::1]:1000 [2001:db8:2::2]:22 cut 0", Says.Match)]
    [InlineData("-m length --length 5000", "udp SRC:1000 DST:22 len 5000", Says.Match)]
    [InlineData("-m length --length :4999", "udp SRC:1000 DST:22 len 5000", Says.Miss)]
    public void Short_and_long(string rule, string packet, Says says) => lab.Check(rule, packet, says);
}

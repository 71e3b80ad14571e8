using Xunit;

namespace MiniFirewall.Kernel.Tests.Matches;

/// <summary>-m multiport (iptables-extensions(8); net/netfilter/xt_multiport.c).</summary>
[Collection(MatchLab.Name)]
public sealed class MultiportTests(MatchLab lab)
{
    [Theory]
    [InlineData("--dports 22,80,443", "SRC:1000 DST:80", Says.Match)]
    [InlineData("--dports 22,80,443", "SRC:1000 DST:443", Says.Match)]
    [InlineData("--dports 22,80,443", "SRC:1000 DST:81", Says.Miss)]
    [InlineData("--dports 22,80,443", "SRC:80 DST:1000", Says.Miss)]
    [InlineData("! --dports 22,80,443", "SRC:1000 DST:80", Says.Miss)]
    [InlineData("! --dports 22,80,443", "SRC:1000 DST:81", Says.Match)]
    [InlineData("--dports 20:22,80", "SRC:1000 DST:20", Says.Match)]
    [InlineData("--dports 20:22,80", "SRC:1000 DST:22", Says.Match)]
    [InlineData("--dports 20:22,80", "SRC:1000 DST:23", Says.Miss)]
    [InlineData("--dports 20:22,80", "SRC:1000 DST:80", Says.Match)]
    [InlineData("! --dports 20:22,80", "SRC:1000 DST:21", Says.Miss)]
    [InlineData("--dports 1,2,3,4,5,6,7,8,9,10,11,12,13,14,15", "SRC:1000 DST:15", Says.Match)]
    [InlineData("--dports 65535", "SRC:1000 DST:65535", Says.Match)]
    [InlineData("--sports 1000,2000", "SRC:1000 DST:80", Says.Match)]
    [InlineData("--sports 1000,2000", "SRC:80 DST:1000", Says.Miss)]
    [InlineData("! --sports 1000,2000", "SRC:1000 DST:80", Says.Miss)]
    [InlineData("! --sports 1000,2000", "SRC:80 DST:1000", Says.Match)]
    [InlineData("--ports 80", "SRC:1000 DST:80", Says.Match)]
    [InlineData("--ports 80", "SRC:80 DST:1000", Says.Match)]
    [InlineData("--ports 80", "SRC:81 DST:1000", Says.Miss)]
    [InlineData("! --ports 80", "SRC:80 DST:1000", Says.Miss)]
    [InlineData("! --ports 80", "SRC:1000 DST:80", Says.Miss)]
    [InlineData("! --ports 80", "SRC:1 DST:2", Says.Match)]
    [InlineData("--ports 70:80,1000", "SRC:999 DST:75", Says.Match)]
    public void Ports(string match, string ends, Says says)
    {
        foreach (string protocol in new[] { "tcp", "udp", "udplite", "sctp", "dccp" })
        {
            lab.Check($"-p {protocol} -m multiport {match}", $"{protocol} {ends}", says);
        }
    }

    [Theory]
    [InlineData("-p tcp -m multiport --dports 80", "udp SRC:1000 DST:80", Says.Miss)]
    [InlineData("-p tcp -m multiport ! --dports 80", "udp SRC:1000 DST:80", Says.Miss)]
    [InlineData("-p tcp -m multiport --dports 80", "tcp SRC:1000 DST:80 cut 4", Says.Match)]
    [InlineData("-p tcp -m multiport --dports 81", "tcp SRC:1000 DST:80 cut 4", Says.Miss)]
    [InlineData("-p tcp -m multiport --dports 80", "tcp SRC:1000 DST:80 cut 3", Says.Invalid)]
    [InlineData("-p tcp -m multiport --sports 1000", "tcp SRC:1000 DST:80 cut 3", Says.Invalid)]
    [InlineData("-p udp -m multiport ! --dports 80", "udp SRC:1000 DST:80 cut 0", Says.Invalid)]
    [InlineData("-p tcp -m multiport --dports 80", "tcp SRC:1000 DST:80 frag 0", Says.Match)]
    [InlineData("-p tcp -m multiport --dports 80", "tcp SRC:1000 DST:80 frag 1", Says.Miss)]
    [InlineData("-p tcp -m multiport ! --dports 80", "tcp SRC:1000 DST:80 frag 1", Says.Miss)]
    [InlineData("-p tcp -m multiport --dports 80 -m tcp --sport 1000", "tcp SRC:1000 DST:80", Says.Match)]
    [InlineData("-p tcp -m multiport --dports 80 -m tcp --sport 1000", "tcp SRC:1000 DST:80 cut 4", Says.Invalid)]
    [InlineData("-p tcp -m multiport --dports 81 -m tcp --sport 1000", "tcp SRC:1000 DST:80 cut 4", Says.Miss)]
    public void Other_protocols_cut_headers_fragments(string rule, string packet, Says says) => lab.Check(rule, packet, says);
}

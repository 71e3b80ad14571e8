using MiniFirewall.Compiler;
using MiniFirewall.Kernel.Tests.Support;
using MiniFirewall.Packets;
using Xunit;

namespace MiniFirewall.Kernel.Tests.Matches;

/// <summary>-m set (iptables-extensions(8), ipset(8); net/netfilter/xt_set.c, net/netfilter/ipset).</summary>
[Collection(MatchLab.Name)]
public sealed class SetTests(MatchLab lab)
{
    // The packets' ends: 198.51.100.1 and 203.0.113.9, 2001:db8:1::1 and 2001:db8:2::2.
    [Theory]
    [InlineData("hash:ip", "198.51.100.1", "2001:db8:1::1", "src", Says.Match)]
    [InlineData("hash:ip", "198.51.100.1", "2001:db8:1::1", "dst", Says.Miss)]
    [InlineData("hash:ip", "198.51.100.2", "2001:db8:1::2", "src", Says.Miss)]
    [InlineData("hash:ip", "203.0.113.9", "2001:db8:2::2", "dst", Says.Match)]
    [InlineData("hash:ip", "203.0.113.9", "2001:db8:2::2", "dst,src", Says.Match)]
    [InlineData("hash:net", "198.51.100.0/24", "2001:db8:1::/48", "src", Says.Match)]
    [InlineData("hash:net", "198.51.0.0/16 198.51.100.0/24:nomatch", "2001:db8::/32 2001:db8:1::/48:nomatch", "src", Says.Miss)]
    [InlineData("hash:net", "198.51.0.0/16:nomatch 198.51.100.0/24", "2001:db8::/32:nomatch 2001:db8:1::/48", "src", Says.Match)]
    [InlineData("hash:net", "198.51.0.0/16 198.51.100.0/24:nomatch 198.51.100.0/31", "2001:db8::/32 2001:db8:1::/48:nomatch 2001:db8:1::/127", "src", Says.Match)]
    [InlineData("hash:net", "198.51.101.0/24 198.52.0.0/16", "2001:db8:2::/48 2001:db9::/32", "src", Says.Miss)]
    [InlineData("hash:net", "128.0.0.0/1", "::/1", "dst", Says.Match)]
    [InlineData("hash:net", "198.51.100.1", "2001:db8:1::1", "src", Says.Match)]
    [InlineData("hash:ip,port", "203.0.113.9,tcp:80", "2001:db8:2::2,tcp:80", "dst,dst", Says.Match)]
    [InlineData("hash:ip,port", "203.0.113.9,udp:80", "2001:db8:2::2,udp:80", "dst,dst", Says.Miss)]
    [InlineData("hash:ip,port", "203.0.113.9,tcp:81", "2001:db8:2::2,tcp:81", "dst,dst", Says.Miss)]
    [InlineData("hash:ip,port", "203.0.113.9,tcp:1000", "2001:db8:2::2,tcp:1000", "dst,src", Says.Match)]
    [InlineData("hash:ip,port", "203.0.113.9,tcp:80", "2001:db8:2::2,tcp:80", "dst", Says.Miss)]
    [InlineData("hash:net,port", "203.0.113.0/24,tcp:80", "2001:db8:2::/48,tcp:80", "dst,dst", Says.Match)]
    [InlineData("hash:net,port", "203.0.113.0/24,tcp:80 203.0.113.9,tcp:80:nomatch", "2001:db8:2::/48,tcp:80 2001:db8:2::2,tcp:80:nomatch", "dst,dst", Says.Miss)]
    [InlineData("hash:net,port", "203.0.113.0/24,tcp:80 203.0.113.9,tcp:81:nomatch", "2001:db8:2::/48,tcp:80 2001:db8:2::2,tcp:81:nomatch", "dst,dst", Says.Match)]
    [InlineData("hash:net,net", "198.51.100.0/24,203.0.113.0/24", "2001:db8:1::/48,2001:db8:2::/48", "src,dst", Says.Match)]
    [InlineData("hash:net,net", "198.51.100.0/24,203.0.113.0/24", "2001:db8:1::/48,2001:db8:2::/48", "dst,src", Says.Miss)]
    [InlineData("hash:net,net", "198.51.0.0/16,203.0.113.9:nomatch 198.51.100.0/24,203.0.0.0/16", "2001:db8::/32,2001:db8:2::2:nomatch 2001:db8:1::/48,2001::/16", "src,dst", Says.Match)]
    [InlineData("hash:net,net", "198.51.0.0/16,203.0.113.9 198.51.100.0/24,203.0.0.0/16:nomatch", "2001:db8::/32,2001:db8:2::2 2001:db8:1::/48,2001::/16:nomatch", "src,dst", Says.Miss)]
    [InlineData("hash:net,port,net", "198.51.100.0/24,tcp:80,203.0.113.0/24", "2001:db8:1::/48,tcp:80,2001:db8:2::/48", "src,dst,dst", Says.Match)]
    [InlineData("hash:net,port,net", "198.51.100.0/24,tcp:80,203.0.114.0/24", "2001:db8:1::/48,tcp:80,2001:db8:3::/48", "src,dst,dst", Says.Miss)]
    [InlineData("hash:ip,port,ip", "198.51.100.1,tcp:80,203.0.113.9", "2001:db8:1::1,tcp:80,2001:db8:2::2", "src,dst,dst", Says.Match)]
    [InlineData("hash:ip,port,ip", "198.51.100.1,tcp:80,203.0.113.8", "2001:db8:1::1,tcp:80,2001:db8:2::3", "src,dst,dst", Says.Miss)]
    [InlineData("hash:ip,port,net", "198.51.100.1,tcp:80,203.0.113.0/24", "2001:db8:1::1,tcp:80,2001:db8:2::/48", "src,dst,dst", Says.Match)]
    [InlineData("hash:ip,port,net", "198.51.100.1,tcp:80,203.0.113.0/24 198.51.100.1,tcp:80,203.0.113.9:nomatch", "2001:db8:1::1,tcp:80,2001:db8:2::/48 2001:db8:1::1,tcp:80,2001:db8:2::2:nomatch", "src,dst,dst", Says.Miss)]
    [InlineData("hash:ip,port,net", "198.51.100.1,tcp:80,203.0.113.0/24", "2001:db8:1::1,tcp:80,2001:db8:2::/48", "src,dst", Says.Miss)]
    public void Every_type(string type, string v4, string v6, string directions, Says says)
    {
        const string Packet = "tcp SRC:1000 DST:80";
        Check(type, v4, v6, $"--match-set s {directions}", Packet, says);
        Check(type, v4, v6, $"! --match-set s {directions}", Packet, says == Says.Match ? Says.Miss : Says.Match);
    }

    [Theory]
    [InlineData("udp:80", "udp SRC:1000 DST:80", Says.Match)]
    [InlineData("udp:80", "tcp SRC:1000 DST:80", Says.Miss)]
    [InlineData("sctp:80", "sctp SRC:1000 DST:80", Says.Match)]
    [InlineData("udplite:80", "udplite SRC:1000 DST:80", Says.Match)]
    [InlineData("tcp:79-81", "tcp SRC:1000 DST:80", Says.Match)]
    [InlineData("tcp:81-90", "tcp SRC:1000 DST:80", Says.Miss)]
    [InlineData("33:0", "dccp SRC:1000 DST:80", Says.Match)]
    [InlineData("gre:0", "gre SRC DST", Says.Match)]
    [InlineData("gre:0", "esp SRC DST", Says.Miss)]
    [InlineData("tcp:80", "tcp SRC:1000 DST:80 frag 0", Says.Match)]
    [InlineData("tcp:80", "tcp SRC:1000 DST:80 frag 1", Says.Miss)]
    [InlineData("tcp:80", "tcp SRC:1000 DST:80 cut 20", Says.Match)]
    [InlineData("tcp:80", "tcp SRC:1000 DST:80 cut 19", Says.Miss)]
    [InlineData("udp:80", "udp SRC:1000 DST:80 cut 8", Says.Match)]
    [InlineData("udp:80", "udp SRC:1000 DST:80 cut 7", Says.Miss)]
    [InlineData("sctp:80", "sctp SRC:1000 DST:80 cut 12", Says.Match)]
    [InlineData("sctp:80", "sctp SRC:1000 DST:80 cut 11", Says.Miss)]
    [InlineData("gre:0", "gre SRC DST cut 0", Says.Match)]
    public void Ports_protocols_fragments_cut_headers(string port, string packet, Says says)
    {
        Check("hash:ip,port", $"203.0.113.9,{port}", $"2001:db8:2::2,{port}", "--match-set s dst,dst", packet, says);
        Check("hash:net,port", $"203.0.113.0/24,{port}", $"2001:db8:2::/48,{port}", "--match-set s dst,dst", packet, says);
        Check("hash:net,port", $"203.0.113.0/24,{port}", $"2001:db8:2::/48,{port}", "! --match-set s dst,dst", packet, says == Says.Match ? Says.Miss : Says.Match);
    }

    [Theory]
    [InlineData("icmp:8/0", "icmp 198.51.100.1 203.0.113.9 echo-request", Says.Match)]
    [InlineData("icmp:echo-request", "icmp 198.51.100.1 203.0.113.9 echo-request", Says.Match)]
    [InlineData("icmp:8/1", "icmp 198.51.100.1 203.0.113.9 echo-request", Says.Miss)]
    [InlineData("icmp:0/0", "icmp 198.51.100.1 203.0.113.9 echo-request", Says.Miss)]
    [InlineData("icmp:8/0", "icmp 198.51.100.1 203.0.113.9 echo-request cut 7", Says.Miss)]
    [InlineData("tcp:2048", "icmp 198.51.100.1 203.0.113.9 echo-request", Says.Miss)]
    public void Types_and_codes_of_icmp(string port, string packet, Says says)
    {
        foreach (string direction in new[] { "src", "dst" })
        {
            Check("hash:ip,port", $"203.0.113.9,{port}", null, $"--match-set s dst,{direction}", packet, says);
        }
    }

    [Theory]
    [InlineData("icmpv6:128/0", "icmpv6 [2001:db8:1::1] [2001:db8:2::2] echo-request", Says.Match)]
    [InlineData("icmpv6:129/0", "icmpv6 [2001:db8:1::1] [2001:db8:2::2] echo-request", Says.Miss)]
    [InlineData("icmpv6:128/0", "icmpv6 [2001:db8:1::1] [2001:db8:2::2] echo-request cut 7", Says.Miss)]
    public void Types_and_codes_of_icmpv6(string port, string packet, Says says) =>
        Check("hash:ip,port", null, $"2001:db8:2::2,{port}", "--match-set s dst,dst", packet, says);

    [Theory]
    [InlineData("80", "dst", "tcp SRC:1000 DST:80", Says.Match)]
    [InlineData("80", "dst", "udp SRC:1000 DST:80", Says.Match)]
    [InlineData("80", "dst", "sctp SRC:1000 DST:80", Says.Miss)]
    [InlineData("80", "src", "tcp SRC:1000 DST:80", Says.Miss)]
    [InlineData("999-1000", "src", "tcp SRC:1000 DST:80", Says.Match)]
    [InlineData("80", "dst", "tcp SRC:1000 DST:80 cut 19", Says.Miss)]
    [InlineData("80", "dst", "tcp SRC:1000 DST:80 frag 2", Says.Miss)]
    [InlineData("0", "dst", "gre SRC DST", Says.Miss)]
    public void Bitmaps_of_ports(string entries, string direction, string packet, Says says)
    {
        foreach (Family family in new[] { Family.IPv4, Family.IPv6 })
        {
            lab.CheckSets(
                Text("bitmap:port range 0-65535", "", entries), $"-m set --match-set s {direction}",
                Case.Packets(packet).Where(one => one.Family == family), says);
        }
    }

    [Fact]
    public void An_empty_set_holds_nothing()
    {
        Check("hash:net", "", "", "--match-set s src", "tcp SRC:1000 DST:80", Says.Miss);
        Check("hash:net", "", "", "! --match-set s src", "tcp SRC:1000 DST:80", Says.Match);
    }

    /// <summary>Checks the set of each family, where there is one, with that family's packets.</summary>
    private void Check(string type, string? v4, string? v6, string match, string packet, Says says)
    {
        foreach ((Family family, string? entries) in new[] { (Family.IPv4, v4), (Family.IPv6, v6) })
        {
            if (entries is not null)
            {
                string name = family == Family.IPv4 ? " family inet" : " family inet6";
                void CheckFamily() => lab.CheckSets(Text(type, name, entries), $"-m set {match}", Case.Packets(packet).Where(one => one.Family == family), says);
                if (family == Family.IPv6 && type is "hash:net,net" or "hash:net,port,net" && !TestContexts.HaveArenas)
                {
                    Assert.Contains("pairs of IPv6 networks", Assert.Throws<OldKernelException>(CheckFamily).Message, StringComparison.Ordinal);
                }
                else
                {
                    CheckFamily();
                }
            }
        }
    }

    private static string Text(string type, string family, string entries) => $"create s {type}{family}\n" + string.Concat(
        entries.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(entry => $"add s {entry.Replace(":nomatch", " nomatch", StringComparison.Ordinal)}\n"));
}

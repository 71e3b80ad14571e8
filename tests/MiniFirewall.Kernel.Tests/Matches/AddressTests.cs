using Xunit;

namespace MiniFirewall.Kernel.Tests.Matches;

/// <summary>-s and -d (iptables(8); ip_packet_match). SRC is 198.51.100.1 or 2001:db8:1::1, DST 203.0.113.9 or 2001:db8:2::2.</summary>
[Collection(MatchLab.Name)]
public sealed class AddressTests(MatchLab lab)
{
    [Theory]
    [InlineData("-s 198.51.100.1", Says.Match)]
    [InlineData("-s 198.51.100.2", Says.Miss)]
    [InlineData("! -s 198.51.100.1", Says.Miss)]
    [InlineData("! -s 198.51.100.2", Says.Match)]
    [InlineData("-s 198.51.100.0/24", Says.Match)]
    [InlineData("-s 198.51.101.0/24", Says.Miss)]
    [InlineData("-s 198.51.100.0/31", Says.Match)]
    [InlineData("-s 198.51.100.2/31", Says.Miss)]
    [InlineData("-s 128.0.0.0/1", Says.Match)]
    [InlineData("-s 0.0.0.0/1", Says.Miss)]
    [InlineData("-s 0.0.0.0/0", Says.Match)]
    [InlineData("-s 198.51.100.1/255.255.0.255", Says.Match)]
    [InlineData("-s 198.0.0.1/255.0.0.255", Says.Match)]
    [InlineData("-s 198.0.0.2/255.0.0.255", Says.Miss)]
    [InlineData("! -s 198.0.0.1/255.0.0.255", Says.Miss)]
    [InlineData("-d 203.0.113.9", Says.Match)]
    [InlineData("-d 203.0.113.8", Says.Miss)]
    [InlineData("-d 203.0.113.8/31", Says.Match)]
    [InlineData("! -d 203.0.113.9", Says.Miss)]
    [InlineData("! -d 10.0.0.0/8", Says.Match)]
    [InlineData("-d 198.51.100.1", Says.Miss)]
    [InlineData("-s 198.51.100.1 -d 203.0.113.9", Says.Match)]
    [InlineData("-s 198.51.100.1 ! -d 203.0.113.9", Says.Miss)]
    [InlineData("! -s 198.51.100.2 ! -d 203.0.113.8", Says.Match)]
    public void IPv4(string rule, Says says)
    {
        lab.Check(rule, "tcp 198.51.100.1:1000 203.0.113.9:22", says);
        lab.Check(rule, "tcp 198.51.100.1:1000 203.0.113.9:22 cut 0", says);
        lab.Check(rule, "udp 198.51.100.1:1000 203.0.113.9:22 frag 5", says);
    }

    [Theory]
    [InlineData("-s 2001:db8:1::1", Says.Match)]
    [InlineData("-s 2001:db8:1::2", Says.Miss)]
    [InlineData("! -s 2001:db8:1::1", Says.Miss)]
    [InlineData("! -s 2001:db8:1::2", Says.Match)]
    [InlineData("-s 2001:db8:1::/48", Says.Match)]
    [InlineData("-s 2001:db8:2::/48", Says.Miss)]
    [InlineData("-s 2001:db8:1::/127", Says.Match)]
    [InlineData("-s 2001:db8:1::2/127", Says.Miss)]
    [InlineData("-s 2001:db8:1::/65", Says.Match)]
    [InlineData("-s ::/0", Says.Match)]
    [InlineData("-s ::1/::ffff", Says.Match)]
    [InlineData("-s ::2/::ffff", Says.Miss)]
    [InlineData("-s 2001::1/ffff::ffff", Says.Match)]
    [InlineData("! -s 2001::1/ffff::ffff", Says.Miss)]
    [InlineData("-d 2001:db8:2::2", Says.Match)]
    [InlineData("-d 2001:db8:2::3", Says.Miss)]
    [InlineData("! -d 2001:db8:2::2", Says.Miss)]
    [InlineData("! -d 2001:db8:3::/48", Says.Match)]
    [InlineData("-d 2001:db8:1::1", Says.Miss)]
    [InlineData("-s 2001:db8:1::1 -d 2001:db8:2::2", Says.Match)]
    [InlineData("! -s 2001:db8:1::1 -d 2001:db8:2::2", Says.Miss)]
    public void IPv6(string rule, Says says)
    {
        lab.Check(rule, "tcp [2001:db8:1::1]:1000 [2001:db8:2::2]:22", says);
        lab.Check(rule, "tcp [2001:db8:1::1]:1000 [2001:db8:2::2]:22 cut 0", says);
        lab.Check(rule, "udp [2001:db8:1::1]:1000 [2001:db8:2::2]:22 frag 5", says);
    }

    // A list makes one rule of each address, sources before destinations; the numbers tell them apart.
    [Theory]
    [InlineData("-s 10.0.0.1,198.51.100.1", "dropped CHAIN 2")]
    [InlineData("-s 198.51.100.0/24,198.51.100.1", "dropped CHAIN 1")]
    [InlineData("-d 10.0.0.1,10.0.0.2,203.0.113.0/24", "dropped CHAIN 3")]
    [InlineData("-s 10.0.0.1,198.51.100.1 -d 10.0.0.2,203.0.113.9", "dropped CHAIN 4")]
    [InlineData("-s 198.51.100.1,10.0.0.1 -d 10.0.0.2,203.0.113.9", "dropped CHAIN 2")]
    [InlineData("-s 10.0.0.1,10.0.0.2", "accepted CHAIN policy")]
    public void Lists(string rule, string expected) =>
        lab.CheckTable($"-A CHAIN {rule} -j DROP", "tcp 198.51.100.1:1000 203.0.113.9:22", expected);

    [Theory]
    [InlineData("-s 2001:db8::1,2001:db8:1::1", "dropped CHAIN 2")]
    [InlineData("-s 2001:db8::1,2001:db8:1::1 -d 2001:db8:2::2,2001:db8::2", "dropped CHAIN 3")]
    public void Lists_in_IPv6(string rule, string expected) =>
        lab.CheckTable($"-A CHAIN {rule} -j DROP", "tcp [2001:db8:1::1]:1000 [2001:db8:2::2]:22", expected);
}

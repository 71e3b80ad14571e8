using Xunit;

namespace MiniFirewall.Kernel.Tests.Matches;

/// <summary>-i and -o (iptables(8); ifname_compare_aligned).</summary>
[Collection(MatchLab.Name)]
public sealed class InterfaceTests(MatchLab lab)
{
    [Theory]
    [InlineData("-i eth0", Says.Match)]
    [InlineData("-i eth1", Says.Miss)]
    [InlineData("-i eth", Says.Miss)]
    [InlineData("-i eth00", Says.Miss)]
    [InlineData("! -i eth0", Says.Miss)]
    [InlineData("! -i eth1", Says.Match)]
    [InlineData("-i eth+", Says.Match)]
    [InlineData("-i eth0+", Says.Match)]
    [InlineData("-i eth00+", Says.Miss)]
    [InlineData("-i e+", Says.Match)]
    [InlineData("-i wan+", Says.Miss)]
    [InlineData("! -i eth+", Says.Miss)]
    [InlineData("! -i wan+", Says.Match)]
    [InlineData("-i +", Says.Match)]
    [InlineData("-i lo", Says.Miss)]
    public void The_way_in(string rule, Says says)
    {
        lab.Check(rule, "in eth0 tcp SRC:1000 DST:22", says);
        lab.Check(rule, "forward eth0 wan0 tcp SRC:1000 DST:22", says);
        lab.Check(rule, "forward eth0 wan0 tcp SRC:1000 DST:22 cut 0", says);
        lab.Check(rule, "forward eth0 wan0 tcp SRC:1000 DST:22 frag 1", says);
    }

    [Theory]
    [InlineData("-o eth0", Says.Match)]
    [InlineData("-o eth1", Says.Miss)]
    [InlineData("-o eth", Says.Miss)]
    [InlineData("! -o eth0", Says.Miss)]
    [InlineData("! -o eth1", Says.Match)]
    [InlineData("-o eth+", Says.Match)]
    [InlineData("-o eth0+", Says.Match)]
    [InlineData("-o wan+", Says.Miss)]
    [InlineData("! -o eth+", Says.Miss)]
    [InlineData("! -o wan+", Says.Match)]
    [InlineData("-o +", Says.Match)]
    public void The_way_out(string rule, Says says)
    {
        lab.Check(rule, "out eth0 tcp SRC:1000 DST:22", says);
        lab.Check(rule, "forward wan0 eth0 tcp SRC:1000 DST:22", says);
        lab.Check(rule, "out eth0 tcp SRC:1000 DST:22 cut 0", says);
        lab.Check(rule, "out eth0 tcp SRC:1000 DST:22 frag 1", says);
    }

    [Theory]
    [InlineData("-i eth0 -o wan0", "eth0", "wan0", Says.Match)]
    [InlineData("-i eth0 -o wan0", "wan0", "eth0", Says.Miss)]
    [InlineData("-i eth0 ! -o wan0", "eth0", "wan0", Says.Miss)]
    [InlineData("-i eth0 ! -o wan0", "eth0", "eth1", Says.Match)]
    [InlineData("-i eth+ -o eth+", "eth0", "eth1", Says.Match)]
    [InlineData("-i eth+ -o eth+", "eth0", "wan0", Says.Miss)]
    [InlineData("-i a-fifteen-chars", "a-fifteen-chars", "wan0", Says.Match)]
    [InlineData("-i a-fifteen-char+", "a-fifteen-chars", "wan0", Says.Match)]
    [InlineData("-i a-fifteen-char", "a-fifteen-chars", "wan0", Says.Miss)]
    [InlineData("-o a-fifteen-chars", "eth0", "a-fifteen-chars", Says.Match)]
    public void Both(string rule, string entry, string exit, Says says) =>
        lab.Check(rule, $"forward {entry} {exit} tcp SRC:1000 DST:22", says);
}

using Xunit;

namespace MiniFirewall.Kernel.Tests.Matches;

/// <summary>-m mark (iptables-extensions(8); net/netfilter/xt_mark.c mark_mt).</summary>
[Collection(MatchLab.Name)]
public sealed class MarkTests(MatchLab lab)
{
    [Theory]
    [InlineData("--mark 7", "7", Says.Match)]
    [InlineData("--mark 7", "0", Says.Miss)]
    [InlineData("--mark 0", "0", Says.Match)]
    [InlineData("--mark 0", "0x80000000", Says.Miss)]
    [InlineData("! --mark 7", "7", Says.Miss)]
    [InlineData("! --mark 7", "8", Says.Match)]
    [InlineData("--mark 0x10/0xf0", "0x1f", Says.Match)]
    [InlineData("--mark 0x10/0xf0", "0x2f", Says.Miss)]
    [InlineData("! --mark 0x10/0xf0", "0x1f", Says.Miss)]
    [InlineData("! --mark 0x10/0xf0", "0xffff", Says.Match)]
    [InlineData("--mark 0xffffffff", "0xffffffff", Says.Match)]
    [InlineData("--mark 0x1f/0xf0", "0x1f", Says.Miss)]
    [InlineData("! --mark 0x1f/0xf0", "0x1f", Says.Match)]
    [InlineData("--mark 0/0", "0xdeadbeef", Says.Match)]
    public void Marks(string match, string mark, Says says)
    {
        lab.Check("-m mark " + match, $"tcp SRC:1000 DST:22 mark {mark}", says);
        lab.Check("-m mark " + match, $"tcp SRC:1000 DST:22 mark {mark} cut 0", says);
        lab.Check("-m mark " + match, $"udp SRC:1000 DST:22 mark {mark} frag 2", says);
        lab.Check("-p udp -m mark " + match, $"tcp SRC:1000 DST:22 mark {mark}", Says.Miss);
    }
}

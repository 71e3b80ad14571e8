using Xunit;

namespace MiniFirewall.Kernel.Tests.Matches;

/// <summary>-m comment (iptables-extensions(8)): it always matches.</summary>
[Collection(MatchLab.Name)]
public sealed class CommentTests(MatchLab lab)
{
    [Theory]
    [InlineData("-m comment --comment plain", "tcp SRC:1000 DST:22", Says.Match)]
    [InlineData("-m comment --comment \"two words, 'quoted'\"", "tcp SRC:1000 DST:22", Says.Match)]
    [InlineData("-m comment --comment a -m comment --comment b", "udp SRC:1000 DST:22", Says.Match)]
    [InlineData("-p tcp -m comment --comment a", "udp SRC:1000 DST:22", Says.Miss)]
    [InlineData("! -p tcp -m comment --comment a", "udp SRC:1000 DST:22", Says.Match)]
    [InlineData("-p tcp -m comment --comment a -m tcp --dport 22", "tcp SRC:1000 DST:22 cut 4", Says.Invalid)]
    [InlineData("-m comment --comment a", "tcp SRC:1000 DST:22 cut 0", Says.Match)]
    [InlineData("-m comment --comment a", "tcp SRC:1000 DST:22 frag 3", Says.Match)]
    public void It_always_matches(string rule, string packet, Says says) => lab.Check(rule, packet, says);
}

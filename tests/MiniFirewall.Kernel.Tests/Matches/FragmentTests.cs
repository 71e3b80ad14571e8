using Xunit;

namespace MiniFirewall.Kernel.Tests.Matches;

/// <summary>-f, IPv4 only (iptables(8): second and further fragments).</summary>
[Collection(MatchLab.Name)]
public sealed class FragmentTests(MatchLab lab)
{
    [Theory]
    [InlineData("-f", "tcp 198.51.100.1:1000 203.0.113.9:22", Says.Miss)]
    [InlineData("! -f", "tcp 198.51.100.1:1000 203.0.113.9:22", Says.Match)]
    [InlineData("-f", "tcp 198.51.100.1:1000 203.0.113.9:22 frag 0", Says.Miss)]
    [InlineData("! -f", "tcp 198.51.100.1:1000 203.0.113.9:22 frag 0", Says.Match)]
    [InlineData("-f", "tcp 198.51.100.1:1000 203.0.113.9:22 frag 1", Says.Match)]
    [InlineData("! -f", "tcp 198.51.100.1:1000 203.0.113.9:22 frag 1", Says.Miss)]
    [InlineData("-f", "udp 198.51.100.1:1000 203.0.113.9:22 frag 8191", Says.Match)]
    [InlineData("-f -p udp", "udp 198.51.100.1:1000 203.0.113.9:22 frag 7", Says.Match)]
    [InlineData("-f -p tcp", "udp 198.51.100.1:1000 203.0.113.9:22 frag 7", Says.Miss)]
    [InlineData("-f ! -p tcp", "udp 198.51.100.1:1000 203.0.113.9:22 frag 7", Says.Match)]
    [InlineData("-f", "proto 200 198.51.100.1 203.0.113.9 frag 7 cut 0", Says.Match)]
    [InlineData("! -f", "tcp 198.51.100.1:1000 203.0.113.9:22 cut 0", Says.Match)]
    [InlineData("-f", "tcp 198.51.100.1:1000 203.0.113.9:22 cut 0", Says.Miss)]
    public void Fragments_other_than_the_first(string rule, string packet, Says says) => lab.Check(rule, packet, says);
}

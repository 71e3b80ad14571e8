using Xunit;

namespace MiniFirewall.Kernel.Tests.Matches;

/// <summary>-m statistic (iptables-extensions(8); net/netfilter/xt_statistic.c), where one packet tells.</summary>
[Collection(MatchLab.Name)]
public sealed class StatisticTests(MatchLab lab)
{
    [Theory]
    [InlineData("--mode random --probability 1", Says.Match)]
    [InlineData("--mode random --probability 0", Says.Miss)]
    [InlineData("--mode random ! --probability 1", Says.Miss)]
    [InlineData("--mode random ! --probability 0", Says.Match)]
    [InlineData("--mode nth --every 1 --packet 0", Says.Match)]
    [InlineData("--mode nth ! --every 1 --packet 0", Says.Miss)]
    [InlineData("--mode nth --every 4000000000 --packet 3999999999", Says.Miss)]
    public void Always_or_never(string match, Says says)
    {
        lab.Check("-m statistic " + match, "udp SRC:1000 DST:22", says);
        lab.Check("-p tcp -m statistic " + match, "udp SRC:1000 DST:22", Says.Miss);
    }
}

using MiniFirewall.Compiler;
using MiniFirewall.Engine;
using MiniFirewall.Kernel.Tests.Matches;
using MiniFirewall.Kernel.Tests.Support;
using MiniFirewall.Packets;
using Xunit;

namespace MiniFirewall.Kernel.Tests.Rejecting;

/// <summary>
/// What REJECT is to the packet itself: a drop that counts. The kernel's own is not asked here, for its answers would be counted
/// with the packets.
/// </summary>
public sealed class VerdictTests : IDisposable
{
    private readonly IFirewall[] _ways =
    [
        new EvaluatorFirewall(), .. TestContexts.Ways.Select(way => new TestRunFirewall(new LoadOptions(PrologueKind.Test, way))),
        .. TestContexts.Ways.Select(way => new LiveFirewall(["eth0", "eth1"], way)),
    ];

    public void Dispose() => Array.ForEach(_ways, way => way.Dispose());

    [Theory]
    [InlineData("-A CHAIN -j REJECT", "dropped CHAIN 1")]
    [InlineData("-A CHAIN -p tcp -m tcp --dport 22 -j REJECT --reject-with tcp-reset", "dropped CHAIN 1")]
    [InlineData("-A CHAIN -p tcp -m tcp --dport 23 -j REJECT --reject-with tcp-reset", "accepted CHAIN policy")]
    [InlineData("-A CHAIN\n-A CHAIN -p tcp -m length --length 40:80 -j REJECT\n-A CHAIN -j ACCEPT", "dropped CHAIN 1, CHAIN 2")]
    [InlineData(":T -\n-A CHAIN -j T\n-A T -p udp -j REJECT\n-A T -j REJECT", "dropped CHAIN 1, T 2")]
    [InlineData(":T -\n-A CHAIN -g T\n-A T -m string --string nosuch --algo bm -j REJECT\n-A T -m statistic --mode nth --every 1 --packet 0 -j REJECT", "dropped CHAIN 1, T 2")]
    public void A_drop_that_counts(string rules, string expected)
    {
        foreach (IGrouping<Hook, Packet> hook in Case.Packets("tcp SRC:1000 DST:22").GroupBy(packet => packet.Hook))
        {
            string chain = Case.ChainOf(hook.Key);
            RuleTexts texts = RuleTexts.Of([Family.IPv4, Family.IPv6], rules.Replace("CHAIN", chain, StringComparison.Ordinal).Split('\n'));
            foreach (IFirewall way in _ways.Where(way => !AnswersLocally(way, hook.Key)))
            {
                way.Load(texts);
                foreach (Packet packet in hook)
                {
                    Observation? seen = way.Judge(packet);
                    if (seen is not null || way.CanMeet(packet))
                    {
                        Assert.Equal(Expectation.Parse(expected.Replace("CHAIN", chain, StringComparison.Ordinal), packet), seen);
                    }
                }
            }
        }
    }

    /// <summary>The module answers a local sender at once, and its answer would be counted with the packets, too.</summary>
    private static bool AnswersLocally(IFirewall way, Hook hook) => way is LiveFirewall && hook == Hook.LocalOut && ProviderChoice.Default == HookProvider.Module;
}

using MiniFirewall.Kernel.Tests.Differential;
using MiniFirewall.Kernel.Tests.Support;
using MiniFirewall.Packets;
using MiniFirewall.Policy;
using Xunit;

namespace MiniFirewall.Kernel.Tests.Connections;

/// <summary>
/// What SCTP packets are to their associations, and what is known of these, packet by packet beside the kernel's own connection tracking.
/// Time-outs are so long that none ends while a test is slow, and each is another one.
/// </summary>
public sealed class SctpStateTests
{
    /// <summary>Twice as many as random associations are compared.</summary>
    private static readonly int Associations = Budget.Read("MINIFW_RANDOM_CONNECTIONS", 120);

    /// <summary>Kernels before it do not tell a repeated INIT from one of the other side's (nf_conntrack_proto_sctp.c, "stale or retransmitted INIT").</summary>
    private static readonly Version s_firstAlike = new(6, 12, 117);

    private static readonly Placement s_linear = new(4096, 4096);

    [Theory]
    [InlineData(Family.IPv4)]
    [InlineData(Family.IPv6)]
    public void Scripts_are_tracked_as_by_the_kernel(Family family)
    {
        using TwinRouters twins = Patient();
        ushort port = 20_000;
        foreach ((string name, string script) in SctpScripts.For(family))
        {
            string[] lines = script.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
            JudgeAll(twins, new(family, ++port), lines, line => line.Length % 2 == 0 ? Placement.AllInPages : s_linear, name, comparesAll: true);
        }

        Assert.Equal([1, 2, 3, 4], twins.SeenStates);
    }

    [Theory]
    [InlineData(Family.IPv4, 1)]
    [InlineData(Family.IPv6, 2)]
    public void Random_packets_are_tracked_as_by_the_kernel(Family family, int seed)
    {
        using TwinRouters twins = Patient();
        for (ushort port = 30_000; port < 30_000 + (Associations / 2); port++)
        {
            var random = new Random((seed * 100_000) + port);
            JudgeAll(twins, new(family, port), RandomSctp.Lines(random), _ => random.Next(2) == 0 ? Placement.AllInPages : s_linear, $"port {port}", comparesAll: false);
        }
    }

    private static TwinRouters Patient()
    {
        Assert.SkipUnless(Environment.OSVersion.Version >= s_firstAlike, "this kernel tracks SCTP in an older way");
        var twins = new TwinRouters { AsksReference = true };
        twins.CountTraffic();
        int seconds = 10_000;
        foreach (ConnectionSetting setting in ConnectionSetting.All.Where(setting => setting.Name.StartsWith("sctp_timeout", StringComparison.Ordinal)))
        {
            twins.Set(setting.Name, seconds -= 100);
        }

        return twins;
    }

    /// <param name="comparesAll">What is known is compared after every packet, not only after the last.</param>
    private static void JudgeAll(TwinRouters twins, PacketScript reader, IEnumerable<string> lines, Func<string, Placement> placement, string before, bool comparesAll)
    {
        foreach (string line in lines)
        {
            before += "\n    " + line;
            twins.Judge(reader.Read(line)!, placement(line), before);
            if (comparesAll)
            {
                ListComparison.Compare(twins, before, _ => true);
            }
        }

        ListComparison.Compare(twins, before, _ => true);
    }
}

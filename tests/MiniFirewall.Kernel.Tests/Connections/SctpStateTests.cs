using MiniFirewall.Kernel.Tests.Differential;
using MiniFirewall.Kernel.Tests.Support;
using MiniFirewall.Packets;
using Xunit;

namespace MiniFirewall.Kernel.Tests.Connections;

/// <summary>What SCTP packets are to their associations, packet by packet beside the kernel's own connection tracking: states, and what is listed.</summary>
public sealed class SctpStateTests
{
    /// <summary>How many random associations are compared.</summary>
    private static readonly int Associations = Budget.Read("MINIFW_RANDOM_CONNECTIONS", 120);

    private static readonly Placement s_linear = new(4096, 4096);

    [Theory]
    [InlineData(Family.IPv4)]
    [InlineData(Family.IPv6)]
    public void Scripts_are_tracked_as_by_the_kernel(Family family)
    {
        using var twins = new TwinRouters();
        twins.CountTraffic();
        ushort port = 20_000;
        foreach ((string name, string script) in SctpScripts.All)
        {
            string[] lines = script.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
            JudgeAll(twins, new(family, ++port), lines, line => line.Length % 2 == 0 ? Placement.AllInPages : s_linear, name);
        }
    }

    [Theory]
    [InlineData(Family.IPv4, 1)]
    [InlineData(Family.IPv6, 2)]
    public void Random_packets_are_tracked_as_by_the_kernel(Family family, int seed)
    {
        using var twins = new TwinRouters();
        twins.CountTraffic();
        for (ushort port = 30_000; port < 30_000 + Associations; port++)
        {
            var random = new Random((seed * 100_000) + port);
            JudgeAll(twins, new(family, port), RandomSctp.Lines(random), _ => random.Next(2) == 0 ? Placement.AllInPages : s_linear, $"port {port}");
        }
    }

    private static void JudgeAll(TwinRouters twins, PacketScript reader, IEnumerable<string> lines, Func<string, Placement> placement, string before)
    {
        foreach (string line in lines)
        {
            before += "\n    " + line;
            twins.Judge(reader.Read(line)!, placement(line), before);
        }
    }
}

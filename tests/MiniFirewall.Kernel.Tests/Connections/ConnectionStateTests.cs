using MiniFirewall.Kernel.Tests.Differential;
using MiniFirewall.Kernel.Tests.Support;
using MiniFirewall.Packets;
using Xunit;

namespace MiniFirewall.Kernel.Tests.Connections;

/// <summary>What packets are to their connections, packet by packet beside the kernel's own connection tracking.</summary>
public sealed class ConnectionStateTests
{
    /// <summary>How many random connections are compared.</summary>
    private static readonly int Connections = Budget.Read("MINIFW_RANDOM_CONNECTIONS", 120);

    private static readonly Placement s_linear = new(4096, 4096);

    [Theory]
    [InlineData(Family.IPv4)]
    [InlineData(Family.IPv6)]
    public void Scripts_are_tracked_as_by_the_kernel(Family family)
    {
        using var twins = new TwinRouters { AsksReference = true };
        ushort port = 20_000;
        foreach ((string name, string script) in Scripts.For(family))
        {
            var reader = new PacketScript(family, ++port);
            string before = "";
            foreach (string line in script.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
            {
                before += "\n    " + line;
                if (reader.Read(line) is { } packet)
                {
                    twins.Judge(packet, line.Length % 2 == 0 ? Placement.AllInPages : s_linear, name + before);
                }
            }
        }

        Assert.Equal(TwinRouters.StatesOf(family), twins.SeenStates);
    }

    /// <summary>Kernels before 6.16 follow its states, and would take such packets for broken ones.</summary>
    [Theory]
    [InlineData(Family.IPv4)]
    [InlineData(Family.IPv6)]
    public void Dccp_is_tracked_by_its_addresses_as_by_the_kernel(Family family)
    {
        Assert.SkipUnless(Environment.OSVersion.Version >= new Version(6, 16), "this kernel follows states of DCCP");
        using var twins = new TwinRouters { AsksReference = true };
        JudgeAll(twins, new(family, 20_000), ["> proto 33", "> proto 33", "< proto 33", "> proto 33"], () => s_linear, "DCCP");
        Assert.Equal([2, 3], twins.SeenStates);
    }

    /// <summary>Few numbers, so that random packets are often near the window's edges.</summary>
    [Theory]
    [InlineData(Family.IPv4, 1)]
    [InlineData(Family.IPv6, 2)]
    public void Random_tcp_packets_are_tracked_as_by_the_kernel(Family family, int seed)
    {
        using var twins = new TwinRouters { AsksReference = true };
        for (ushort port = 30_000; port < 30_000 + Connections; port++)
        {
            var random = new Random((seed * 100_000) + port);
            JudgeAll(twins, new(family, port), RandomTcp.Lines(random), () => random.Next(2) == 0 ? Placement.AllInPages : s_linear, $"port {port}");
        }
    }

    /// <summary>Plain ACKs of open connections go a way of their own through the program, where they are linear.</summary>
    [Theory]
    [InlineData(Family.IPv4, 3)]
    [InlineData(Family.IPv6, 4)]
    public void Packets_of_open_connections_are_tracked_as_by_the_kernel(Family family, int seed)
    {
        using var twins = new TwinRouters { AsksReference = true };
        for (ushort port = 32_000; port < 32_000 + (Connections / 2); port++)
        {
            var random = new Random((seed * 100_000) + port);
            JudgeAll(twins, new(family, port), RandomTcp.OpenLines(random), () => random.Next(8) == 0 ? Placement.AllInPages : s_linear, $"port {port}");
        }
    }

    [Theory]
    [InlineData(Family.IPv4)]
    [InlineData(Family.IPv6)]
    public void Connections_outlive_a_change_of_rules_and_end_in_time(Family family)
    {
        using var twins = new TwinRouters { AsksReference = true };
        twins.SetUdpTimeout(2);
        var reader = new PacketScript(family, 40_000);
        Judge("> udp");
        Judge("< udp port 81");
        twins.Load();
        Judge("< udp");
        Judge("> udp");
        Judge("> udp port 82");
        Thread.Sleep(TimeSpan.FromSeconds(2.5));
        Judge("< udp");
        Judge("< udp port 82");
        Assert.Equal([2, 3], twins.SeenStates);

        void Judge(string line) => twins.Judge(reader.Read(line)!, s_linear, line);
    }

    private static void JudgeAll(TwinRouters twins, PacketScript reader, IEnumerable<string> lines, Func<Placement> placement, string before)
    {
        foreach (string line in lines)
        {
            before += "\n    " + line;
            twins.Judge(reader.Read(line)!, placement(), before);
        }
    }
}

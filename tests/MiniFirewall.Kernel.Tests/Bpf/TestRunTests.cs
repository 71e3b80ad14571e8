using MiniFirewall.Bpf;
using MiniFirewall.Packets;
using MiniFirewall.Sys;
using Xunit;

namespace MiniFirewall.Kernel.Tests.Bpf;

public sealed class TestRunTests
{
    [Theory]
    [InlineData(Family.IPv4, Hook.LocalOut)]
    [InlineData(Family.IPv4, Hook.LocalIn)]
    [InlineData(Family.IPv6, Hook.LocalOut)]
    [InlineData(Family.IPv6, Hook.Forward)]
    public void The_shortest_packet_is_known(Family family, Hook hook)
    {
        using BpfProgram program = Programs.Constant(1).Load();
        int minimum = NetfilterTestInput.MinimumLength(family, hook);
        Assert.Equal(1u, program.TestRun(family, hook, new byte[minimum]).Result);
        Assert.Contains($"{minimum} is the least", Assert.Throws<ArgumentException>(() => program.TestRun(family, hook, new byte[minimum - 1])).Message, StringComparison.Ordinal);

        var shortest = new NetfilterTestInput(family, hook, new byte[minimum]);
        Assert.Equal(22, Assert.Throws<SystemCallException>(() => program.TestRun(shortest.Data.AsSpan()[..^1], shortest.Context)).Errno);
    }

    [Fact]
    public void Ethernets_longest_packet_runs()
    {
        using BpfProgram program = Programs.Constant(0).Load();
        Assert.All(Enum.GetValues<Hook>(), hook => Assert.Equal(0u, program.TestRun(Family.IPv4, hook, new byte[1500]).Result));
    }

    [Fact]
    public void Runs_are_repeated_and_timed()
    {
        using BpfProgram program = Programs.Constant(1).Load();
        Assert.InRange(program.TestRun(Family.IPv4, Hook.LocalIn, new byte[64], 100_000).Nanoseconds, 1u, 100_000u);
    }
}

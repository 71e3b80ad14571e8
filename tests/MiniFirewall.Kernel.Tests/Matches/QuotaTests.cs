using MiniFirewall.Compiler;
using MiniFirewall.Kernel.Tests.Support;
using MiniFirewall.Packets;
using MiniFirewall.Packets.Building;
using MiniFirewall.Policy.Questions;
using Xunit;

namespace MiniFirewall.Kernel.Tests.Matches;

/// <summary>-m quota: bytes that a rule lets match.</summary>
public sealed class QuotaTests
{
    private static readonly RuleTexts Rules = Texts(
        ":T -", "-A INPUT -j T", "-A FORWARD -j T", "-A T -m quota --quota 1000 -j ACCEPT", "-A T -m quota ! --quota 600 -j DROP", "-A T -m quota --quota 18446744073709551615");

    [Fact]
    public void As_the_kernels_own()
    {
        using var iptables = new IptablesFirewall(["eth0", "eth1"]);
        using var live = new LiveFirewall(["eth0", "eth1"]);
        iptables.Load(Rules);
        live.Load(Rules);
        for (int i = 0; i < 60; i++)
        {
            Packet packet = Make(i % 4 == 0 ? Hook.Forward : Hook.LocalIn, (i * 37) % 200);
            Assert.Equal((i, iptables.Judge(packet)), (i, live.Judge(packet)));
        }
    }

    [Theory]
    [InlineData(CompilationWay.Straight)]
    [InlineData(CompilationWay.Classifier)]
    public void As_the_reference(CompilationWay way)
    {
        using var run = new TestRunFirewall(new LoadOptions(PrologueKind.Test, way));
        run.Load(Texts("-A INPUT -m quota --quota 1000 -j DROP"));
        var quota = new ByteQuota(1000);
        ulong left = quota.Start;
        for (int i = 0; i < 30; i++)
        {
            Packet packet = Make(Hook.LocalIn, (i * 31) % 150);
            Assert.Equal((i, !quota.Ask(packet, ref left)), (i, run.Run(packet, slowPath: false)));
        }
    }

    /// <summary>Exactly as many packets fit as the bytes say, on all processors at once.</summary>
    [Fact]
    public void Two_processors_share_it()
    {
        const int Fitting = 1500;
        using var run = new TestRunFirewall(new LoadOptions(PrologueKind.Test));
        Packet packet = Make(Hook.LocalIn, 10);
        run.Load(Texts($"-A INPUT -m quota --quota {Fitting * packet.Bytes.Length} -j DROP"));
        var program = run.Programs.Of(Family.IPv4, Hook.LocalIn);
        run.TakeAdded();
        Parallel.For(0, 2, new ParallelOptions { MaxDegreeOfParallelism = 2 }, _ => program.TestRun(Family.IPv4, Hook.LocalIn, packet.Bytes, 1000));
        Assert.Contains((ulong)Fitting, run.TakeAdded().Select(counter => counter.Packets));
    }

    private static Packet Make(Hook hook, int payload) =>
        new(Family.IPv4, hook, IPv4Header.Between("198.51.100.1", "203.0.113.9").Carry(new UdpDatagram(1000, 22) { Payload = [.. new byte[payload]] }))
        {
            InInterface = "eth0",
            OutInterface = hook == Hook.Forward ? "eth1" : "",
        };

    private static RuleTexts Texts(params string[] lines) => RuleTexts.Of([Family.IPv4], lines);
}

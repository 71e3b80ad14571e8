using System.Collections.Immutable;
using MiniFirewall.Compiler;
using MiniFirewall.Kernel.Tests.Support;
using MiniFirewall.Packets;
using MiniFirewall.Packets.Building;
using MiniFirewall.Policy;
using MiniFirewall.Policy.Questions;
using Xunit;

namespace MiniFirewall.Kernel.Tests.Matches;

/// <summary>Questions that remember: what a rule says depends on the packets that came to it before.</summary>
public sealed class MemoryTests
{
    private static readonly byte[] Bytes = IPv4Header.Between("198.51.100.1", "203.0.113.9").Carry(new UdpDatagram(1000, 22));

    private static readonly RuleTexts Nth = Texts(":T -", "-A INPUT -j T", "-A FORWARD -j T", "-A T -m statistic --mode nth --every 3 --packet 1 -j DROP", "-A T -m statistic --mode nth ! --every 2 --packet 0 -j DROP");

    /// <summary>Two rules, the second of which counts only what the first let through; INPUT and FORWARD come to the same rules.</summary>
    [Fact]
    public void Every_nth_packet_as_the_kernels_own_tables_count_it()
    {
        using var iptables = new IptablesFirewall(["eth0", "eth1"]);
        using var live = new LiveFirewall(["eth0", "eth1"]);
        iptables.Load(Nth);
        live.Load(Nth);
        for (int i = 0; i < 24; i++)
        {
            Packet packet = i % 5 == 0 ? On(Hook.Forward) : On(Hook.LocalIn);
            Assert.Equal((i, iptables.Judge(packet)), (i, live.Judge(packet)));
        }
    }

    [Theory]
    [InlineData(CompilationWay.Straight)]
    [InlineData(CompilationWay.Classifier)]
    public void Every_nth_packet_as_the_reference_counts_it(CompilationWay way)
    {
        using var run = new TestRunFirewall(new LoadOptions(PrologueKind.Test, way));
        run.Load(Nth);
        (EveryNth first, EveryNth second) = (new(3, 1), new(2, 0));
        ulong firstMemory = first.Start, secondMemory = second.Start;
        for (int i = 0; i < 40; i++)
        {
            Packet packet = On(i % 3 == 0 ? Hook.Forward : Hook.LocalIn);
            bool drops = first.Ask(packet, ref firstMemory) || !second.Ask(packet, ref secondMemory);
            Assert.Equal((i, !drops), (i, run.Run(packet, slowPath: false)));
        }
    }

    [Theory]
    [InlineData(CompilationWay.Straight, 100)]
    [InlineData(CompilationWay.Classifier, 100)]
    [InlineData(CompilationWay.Straight, 5)]
    public void A_bucket_of_credit(CompilationWay way, int mostTicks)
    {
        var bucket = new TokenBucket(TokenBucket.Scale / 3, 5);
        using var run = new TestRunFirewall(new LoadOptions(PrologueKind.Test, way) { Change = program => WithStep(program, bucket) });
        run.Load(Texts("-A INPUT -p udp -j DROP"));
        var random = new Random(mostTicks);
        ulong memory = bucket.Start, now = uint.MaxValue - 1000;
        int passed = 0;
        for (int i = 0; i < 300; i++)
        {
            now += (ulong)random.Next(mostTicks);
            Packet packet = new(Family.IPv4, Hook.LocalIn, Bytes) { InInterface = "eth0", Clock = new KernelClock(now, KernelClock.UsualHertz) };
            bool passes = bucket.Ask(packet, ref memory);
            passed += passes ? 1 : 0;
            Assert.Equal((i, passes), (i, !run.Run(packet, slowPath: false)));
        }

        Assert.InRange(passed, 6, 299);
    }

    /// <summary>Only what a rule set says is remembered: it starts anew when it is put in force.</summary>
    [Fact]
    public void A_new_rule_set_remembers_nothing()
    {
        using var run = new TestRunFirewall(new LoadOptions(PrologueKind.Test));
        for (int round = 0; round < 2; round++)
        {
            run.Load(Texts("-A INPUT -m statistic --mode nth --every 4 --packet 0 -j DROP"));
            Assert.Equal([false, true, true], Enumerable.Range(0, 3).Select(_ => run.Run(On(Hook.LocalIn), slowPath: false)));
        }
    }

    private static PacketProgram WithStep(PacketProgram program, Question question) => program with
    {
        Blocks = [.. program.Blocks.Select(block => block with { Statements = [.. block.Statements.Select(statement => statement with { Steps = statement.Steps.Add(new Require(new QuestionTest(question))) })] })],
    };

    private static Packet On(Hook hook) => new(Family.IPv4, hook, Bytes) { InInterface = "eth0", OutInterface = hook == Hook.Forward ? "eth1" : "" };

    private static RuleTexts Texts(params string[] lines) => RuleTexts.Of([Family.IPv4], lines);
}

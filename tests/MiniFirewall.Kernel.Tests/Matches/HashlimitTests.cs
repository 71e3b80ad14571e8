using MiniFirewall.Compiler;
using MiniFirewall.Kernel.Tests.Support;
using MiniFirewall.Packets;
using MiniFirewall.Packets.Building;
using MiniFirewall.Policy;
using MiniFirewall.Policy.Questions;
using Xunit;

namespace MiniFirewall.Kernel.Tests.Matches;

/// <summary>-m hashlimit: a rate for each address.</summary>
public sealed class HashlimitTests
{
    /// <summary>What grows while the packets come is less than one of them.</summary>
    private static readonly string[][] Rules =
    [
        ["-A INPUT -m hashlimit --hashlimit-upto 1/hour --hashlimit-burst 3 --hashlimit-mode srcip --hashlimit-name a -j DROP"],
        ["-A INPUT -m hashlimit --hashlimit-above 1/hour --hashlimit-burst 2 --hashlimit-mode srcip,dstip --hashlimit-srcmask 30 --hashlimit-name b -j DROP"],
        ["-A INPUT -m hashlimit --hashlimit-upto 2/hour --hashlimit-burst 20 --hashlimit-name c -j DROP", "-A FORWARD -m hashlimit --hashlimit-upto 2/hour --hashlimit-burst 20 --hashlimit-name c -j DROP"],
        ["-A INPUT -m hashlimit --hashlimit-upto 5/hour --hashlimit-burst 4 --hashlimit-mode srcip --hashlimit-rate-match --hashlimit-rate-interval 3600 --hashlimit-name d -j DROP"],
        ["-A INPUT -m hashlimit --hashlimit-upto 1kb/s --hashlimit-burst 3kb --hashlimit-mode dstip --hashlimit-rate-match --hashlimit-rate-interval 3600 --hashlimit-name e -j DROP"],
        ["-A INPUT -m hashlimit --hashlimit-upto 3/hour --hashlimit-burst 3 --hashlimit-mode srcip --hashlimit-name f -j DROP", "-A INPUT -m hashlimit --hashlimit-above 9/hour --hashlimit-burst 7 --hashlimit-name f"],
    ];

    public static TheoryData<int, Family> Sequences()
    {
        var data = new TheoryData<int, Family>();
        for (int i = 0; i < Rules.Length; i++)
        {
            data.Add(i, Family.IPv4);
            data.Add(i, Family.IPv6);
        }

        return data;
    }

    public static TheoryData<CompilationWay, RateSettings> Tables() => new()
    {
        { CompilationWay.Straight, new(false, false, 1_000_000 / 3, 5, 0, 3000, 32, 0) },
        { CompilationWay.Classifier, new(false, false, 60_000_000 / 7, 1, 0, 20_000, 30, 32) },
        { CompilationWay.Classifier, new(false, false, 86_400_000_000, 3, 0, 5000, 32, 0) },
        { CompilationWay.Straight, new(true, false, uint.MaxValue / 13, 2, 0, 15_000, 32, 0) },
        { CompilationWay.Classifier, new(true, false, uint.MaxValue / 40, 0, 0, 2000, 31, 0) },
        { CompilationWay.Straight, new(true, false, uint.MaxValue / 2, 4, 0, 900, 0, 0) },
        { CompilationWay.Straight, new(false, true, 1_000_000 / 4, 2, 3, 30_000, 32, 0) },
        { CompilationWay.Classifier, new(true, true, uint.MaxValue / 10, 0, 1, 30_000, 32, 0) },
        { CompilationWay.Straight, new(true, true, uint.MaxValue / 10, 3, 2, 1500, 32, 32) },
    };

    [Theory]
    [MemberData(nameof(Sequences))]
    public void As_the_kernels_own_tables(int rules, Family family)
    {
        using var iptables = new IptablesFirewall(["eth0", "eth1"]);
        using var live = new LiveFirewall(["eth0", "eth1"]);
        RuleTexts texts = RuleTexts.Of([family], Rules[rules]);
        iptables.Load(texts);
        live.Load(texts);
        var random = new Random(rules);
        for (int i = 0; i < 100; i++)
        {
            Packet packet = Make(family, random.Next(4) == 0 ? Hook.Forward : Hook.LocalIn, random.Next(12), random.Next(200));
            Assert.Equal((i, iptables.Judge(packet)), (i, live.Judge(packet)));
        }
    }

    [Theory]
    [MemberData(nameof(Tables))]
    public void As_the_reference_over_time(CompilationWay way, RateSettings settings)
    {
        var question = new RateWithin("a", settings) { Most = 1000 };
        using var run = new TestRunFirewall(new LoadOptions(PrologueKind.Test, way) { Change = program => WithStep(program, question) });
        run.Load(RuleTexts.Of([Family.IPv4], ["-A INPUT -j DROP"]));
        var table = new RateTable(settings);
        var random = new Random(way.GetHashCode());
        ulong now = 1000;
        int within = 0;
        for (int i = 0; i < 400; i++)
        {
            now += random.Next(20) == 0 ? (ulong)random.Next(5000) : (ulong)random.Next(i % 100 < 50 ? 40 : 3);
            Packet packet = Make(Family.IPv4, Hook.LocalIn, random.Next(5), random.Next(150), now);
            bool isWithin = table.Ask(packet);
            within += isWithin ? 1 : 0;
            Assert.Equal((i, isWithin), (i, !run.Run(packet, slowPath: false)));
        }

        Assert.InRange(within, 1, 399);
    }

    /// <summary>A burst is spent to the packet, on all processors at once.</summary>
    [Fact]
    public void Two_processors_spend_one_burst()
    {
        const int Burst = 1500;
        using var run = new TestRunFirewall(new LoadOptions(PrologueKind.Test));
        Packet packet = Make(Family.IPv4, Hook.LocalIn, 1, 10);
        run.Load(RuleTexts.Of([Family.IPv4], [$"-A INPUT -m hashlimit --hashlimit-upto 1/sec --hashlimit-burst {Burst} --hashlimit-mode srcip --hashlimit-name a -j DROP"]));
        var program = run.Programs.Of(Family.IPv4, Hook.LocalIn);
        run.TakeAdded();
        Parallel.For(0, 2, new ParallelOptions { MaxDegreeOfParallelism = 2 }, _ => program.TestRun(Family.IPv4, Hook.LocalIn, packet.Bytes, 1000));
        Assert.Contains((ulong)Burst, run.TakeAdded().Select(counter => counter.Packets));
    }

    private static PacketProgram WithStep(PacketProgram program, Question question) => program with
    {
        Blocks = [.. program.Blocks.Select(block => block with { Statements = [.. block.Statements.Select(statement => statement with { Steps = statement.Steps.Add(new Require(new QuestionTest(question))) })] })],
    };

    private static Packet Make(Family family, Hook hook, int last, int payload, ulong now = 0)
    {
        var datagram = new UdpDatagram(1000, 22) { Payload = [.. new byte[payload]] };
        byte[] bytes = family == Family.IPv4
            ? IPv4Header.Between($"198.51.100.{last}", "203.0.113.9").Carry(datagram)
            : IPv6Header.Between($"2001:db8::{last:x}", "2001:db8:1::9").Carry(datagram);
        return new(family, hook, bytes) { InInterface = "eth0", OutInterface = hook == Hook.Forward ? "eth1" : "", Clock = new KernelClock(now, KernelClock.UsualHertz) };
    }
}

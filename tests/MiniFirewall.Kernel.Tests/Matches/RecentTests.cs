using MiniFirewall.Compiler;
using MiniFirewall.Kernel.Tests.Support;
using MiniFirewall.Packets;
using MiniFirewall.Packets.Building;
using MiniFirewall.Policy;
using MiniFirewall.Policy.Questions;
using Xunit;

namespace MiniFirewall.Kernel.Tests.Matches;

/// <summary>-m recent: lists of addresses that packets write and rules share.</summary>
public sealed class RecentTests
{
    private static readonly string[][] Lists =
    [
        ["-A INPUT -m recent --rcheck --hitcount 3 --name a -j DROP", "-A INPUT -m recent --set --name a"],
        ["-A INPUT -m recent --update --hitcount 4 --seconds 100000 --name a -j DROP", "-A INPUT -m recent --set --name a -j ACCEPT"],
        ["-A INPUT -m recent ! --rcheck --name a -m recent --set --name b", "-A INPUT -m recent --remove --name b -j DROP", "-A INPUT -m recent --set --name a"],
        ["-A INPUT -m recent ! --update --seconds 3600 --reap --name a -j DROP", "-A INPUT -m recent --set --rdest --name a", "-A INPUT -m recent ! --set --name c -j DROP"],
        ["-A INPUT -m recent --rcheck --rttl --name a -j DROP", "-A INPUT -m recent --update --name a", "-A INPUT -m recent --set --name a"],
        [":K -", "-A INPUT -j K", "-A FORWARD -j K", "-A K -m recent --update --rttl --hitcount 2 --name a -j DROP", "-A K -m recent --set --name a"],
        ["-A INPUT -m recent --remove --name a -j DROP", "-A INPUT -m recent --rcheck --name a -j DROP", "-A INPUT -m recent --set --name a", "-A FORWARD -m recent --set --rdest --name a"],
    ];

    public static TheoryData<int, Family> Sequences()
    {
        var data = new TheoryData<int, Family>();
        foreach (Family family in (Family[])[Family.IPv4, Family.IPv6])
        {
            for (int i = 0; i < Lists.Length; i++)
            {
                data.Add(i, family);
            }
        }

        return data;
    }

    /// <summary>More addresses than a list has room for; nothing depends on how fast they come.</summary>
    [Theory]
    [MemberData(nameof(Sequences))]
    public void As_the_kernels_own_lists(int rules, Family family)
    {
        using var iptables = new IptablesFirewall(["eth0", "eth1"]);
        using var live = new LiveFirewall(["eth0", "eth1"]);
        RuleTexts texts = RuleTexts.Of([family], Lists[rules]);
        iptables.Load(texts);
        live.Load(texts);
        var random = new Random(rules);
        for (int i = 0; i < 600; i++)
        {
            int last = random.Next(i % 3 == 0 ? 140 : 8);
            Packet packet = Make(family, random.Next(4) == 0 ? Hook.Forward : Hook.LocalIn, last, (byte)random.Next(61, 64));
            Assert.Equal((i, iptables.Judge(packet)), (i, live.Judge(packet)));
        }
    }

    [Theory]
    [InlineData(CompilationWay.Straight, Family.IPv4)]
    [InlineData(CompilationWay.Straight, Family.IPv6)]
    [InlineData(CompilationWay.Classifier, Family.IPv4)]
    [InlineData(CompilationWay.Classifier, Family.IPv6)]
    [InlineData(CompilationWay.ClassifierBefore69, Family.IPv4)]
    [InlineData(CompilationWay.ClassifierBefore69, Family.IPv6)]
    public void As_the_reference_over_time(CompilationWay way, Family family)
    {
        RecentAddress[] questions =
        [
            New(RecentAction.Check) with { Seconds = 10, Hits = 5 },
            New(RecentAction.Update) with { Seconds = 3, Hits = 2, Negated = true },
            New(RecentAction.Check) with { Seconds = 20, Reaps = true, ComparesTtl = true },
            New(RecentAction.Update) with { Seconds = 8, Reaps = true },
            New(RecentAction.Check) with { Seconds = uint.MaxValue, Hits = 2, ByDestination = true },
            New(RecentAction.Remove),
            New(RecentAction.Set),
            New(RecentAction.Set) with { IsByHand = true },
            New(RecentAction.Update) with { Hits = 7 },
        ];
        UInt128 mask = UInt128.MaxValue << (family == Family.IPv4 ? 97 : 1);
        for (int i = 0; i < questions.Length; i++)
        {
            RecentAddress[] asked = [.. Enumerable.Range(0, 3).Select(j => questions[(i + (j * (1 + (i % 3)))) % questions.Length] with { Mask = mask })];
            Compare(asked, way, family, mask, seed: i);
        }
    }

    /// <summary>As many times are counted as packets came, on all processors at once.</summary>
    [Fact]
    public void Two_processors_lose_no_packet()
    {
        const int Each = 400;
        using var run = new TestRunFirewall(new LoadOptions(PrologueKind.Test));
        run.Load(RuleTexts.Of([Family.IPv4], [
            "-A INPUT -m recent --set --name many -j ACCEPT",
            $"-A FORWARD -m recent --rcheck --hitcount {(2 * Each) + 1} --name many -j DROP",
            $"-A FORWARD -m recent ! --rcheck --hitcount {2 * Each} --name many -j DROP"]));
        Packet packet = Make(Family.IPv4, Hook.LocalIn, 1, 64);
        run.Run(Make(Family.IPv4, Hook.LocalOut, 1, 64), slowPath: false);
        var program = run.Programs.Of(Family.IPv4, Hook.LocalIn);
        Parallel.For(0, 2, new ParallelOptions { MaxDegreeOfParallelism = 2 }, _ => program.TestRun(Family.IPv4, Hook.LocalIn, packet.Bytes, Each));
        Assert.True(run.Run(Make(Family.IPv4, Hook.Forward, 1, 64), slowPath: false));
    }

    private static void Compare(RecentAddress[] asked, CompilationWay way, Family family, UInt128 mask, int seed)
    {
        using var run = new TestRunFirewall(new LoadOptions(PrologueKind.Test, way) { Change = program => WithSteps(program, asked) });
        run.Load(RuleTexts.Of([family], ["-A INPUT -j DROP", "-A FORWARD -j DROP"]));
        var random = new Random(seed);
        var list = new RecentList(asked.Max(question => question.StampsNeeded), mask);
        ulong now = unchecked(0UL - 2000);
        for (int i = 0; i < 150; i++)
        {
            now = unchecked(now + (ulong)random.Next(600));
            Packet packet = Make(family, random.Next(3) == 0 ? Hook.Forward : Hook.LocalIn, random.Next(i % 2 == 0 ? 4 : 260), (byte)random.Next(254, 257), now);
            bool drops = asked.All(question => list.Ask(question, packet));
            Assert.Equal((seed, i, !drops), (seed, i, run.Run(packet, slowPath: false)));
        }
    }

    private static RecentAddress New(RecentAction action) => new("a", action);

    private static PacketProgram WithSteps(PacketProgram program, RecentAddress[] questions) => program with
    {
        Blocks = [.. program.Blocks.Select(block => block with { Statements = [.. block.Statements.Select(statement => statement with { Steps = statement.Steps.AddRange(questions.Select(question => new Require(new QuestionTest(question)))) })] })],
    };

    private static Packet Make(Family family, Hook hook, int last, byte ttl, ulong now = 0)
    {
        byte[] bytes = family == Family.IPv4
            ? (IPv4Header.Between($"198.51.{100 + (last / 256)}.{last % 256}", "203.0.113.9") with { Ttl = ttl }).Carry(new UdpDatagram(1000, 22))
            : (IPv6Header.Between($"2001:db8::{last:x}", "2001:db8:1::9") with { HopLimit = ttl }).Carry(new UdpDatagram(1000, 22));
        return new(family, hook, bytes)
        {
            InInterface = hook == Hook.LocalOut ? "" : "eth0",
            OutInterface = hook == Hook.LocalIn ? "" : "eth1",
            Clock = new KernelClock(now, KernelClock.UsualHertz),
        };
    }
}

using System.Buffers.Binary;
using MiniFirewall.Bpf;
using MiniFirewall.Compiler;
using MiniFirewall.Compiler.Questions;
using MiniFirewall.Engine.Commit;
using MiniFirewall.Kernel.Tests.Support;
using MiniFirewall.Packets;
using MiniFirewall.Packets.Building;
using MiniFirewall.Policy;
using MiniFirewall.Policy.Questions;
using Xunit;

namespace MiniFirewall.Kernel.Tests.Matches;

/// <summary>-m rateest and -j RATEEST: rates that are measured over time.</summary>
public sealed class RateestTests(ITestOutputHelper output)
{
    private const string MakesFirst = "-j RATEEST --rateest-name a --rateest-interval", Port = "-p udp -m udp --dport";

    /// <summary>Estimators "a" of packets to port 1 and "b" of packets to port 2; other packets ask.</summary>
    private static readonly string[] Estimators =
    [
        $"-A INPUT {Port} 1 {MakesFirst} 250ms --rateest-ewmalog 1s",
        $"-A INPUT {Port} 2 -j RATEEST --rateest-name b --rateest-interval 1s --rateest-ewmalog 2s",
        $"-A INPUT {Port} 1:2 -j ACCEPT",
    ];

    public static TheoryData<CompilationWay, int, int> Settings()
    {
        var data = new TheoryData<CompilationWay, int, int>();
        foreach ((int interval, int average) in new[] { (0, 1), (0, 5), (2, 3), (5, 2), (1, 8), (0, 12) })
        {
            data.Add(CompilationWay.Straight, interval, average);
            data.Add(CompilationWay.Classifier, interval, average);
            data.Add(CompilationWay.ClassifierBefore69, interval, average);
        }

        return data;
    }

    public static TheoryData<string> Comparisons() =>
    [
        "-m rateest --rateest a --rateest-gt --rateest-pps 8",
        "-m rateest --rateest a ! --rateest-gt --rateest-pps 8",
        "-m rateest --rateest a --rateest-lt --rateest-bps 32kbit",
        "-m rateest --rateest a --rateest-eq --rateest-pps 0",
        "-m rateest --rateest a ! --rateest-eq --rateest-bps 0",
        "-m rateest --rateest1 a --rateest-gt --rateest-bps --rateest2 b",
        "-m rateest --rateest1 a --rateest-lt --rateest-pps --rateest2 b",
        "-m rateest --rateest-delta --rateest a --rateest-bps1 64kbit --rateest-gt --rateest-bps2 32kbit",
        "-m rateest --rateest-delta --rateest a --rateest-pps1 6 --rateest-eq --rateest-pps2 0",
        "-m rateest --rateest-delta --rateest1 a --rateest-bps1 64kbit --rateest-gt --rateest2 b --rateest-bps2 48kbit",
        "-m rateest --rateest-delta --rateest1 a --rateest-pps1 80 ! --rateest-lt --rateest2 b --rateest-pps2 60",
    ];

    /// <summary>The rates themselves, to the last bit, over bursts and gaps.</summary>
    [Theory]
    [MemberData(nameof(Settings))]
    public void As_the_reference_over_time(CompilationWay way, int interval, int average)
    {
        string period = $"{250 << interval}ms", over = $"{(250L << interval << average) * 1001 / 1000}ms";
        using var run = new TestRunFirewall(new LoadOptions(PrologueKind.Test, way));
        run.Load(RuleTexts.Of([Family.IPv4], [$"-A INPUT {Port} 1 {MakesFirst} {period} --rateest-ewmalog {over}"]));
        var settings = new EstimatorSettings(interval, average);
        var reference = new RateEstimator(settings);
        var random = new Random((interval * 100) + average);
        ulong now = 1000;
        (ulong Bytes, ulong Packets) most = default;
        for (int i = 0; i < 600; i++)
        {
            now += random.Next(interval > 2 ? 150 : 30) == 0 ? (ulong)random.Next(IsBefore69(way) ? 32 : 900) * settings.PeriodTicks(KernelClock.UsualHertz) : (ulong)random.Next(i % 200 < 100 ? 60 : 4);
            Packet packet = Make(Family.IPv4, 1, random.Next(1200), now);
            reference.Count(packet);
            Assert.True(run.Run(packet, slowPath: false));
            (ulong bytes, ulong packets) = reference.Read(packet.Clock);
            Assert.Equal((i, bytes, packets), (i, RateIn(run, EstimatorLayout.ByteRate), RateIn(run, EstimatorLayout.PacketRate)));
            most = (Math.Max(most.Bytes, bytes), Math.Max(most.Packets, packets));
        }

        Assert.True(most is { Bytes: > 0, Packets: > 0 } || average > 8);
    }

    /// <summary>Every comparison, asked by packets that are not counted.</summary>
    [Theory]
    [MemberData(nameof(Comparisons))]
    public void Compares_as_the_reference(string match)
    {
        foreach (Family family in new[] { Family.IPv4, Family.IPv6 })
        {
            using var run = new TestRunFirewall(new LoadOptions(PrologueKind.Test, family == Family.IPv4 ? CompilationWay.Straight : CompilationWay.Classifier));
            run.Load(RuleTexts.Of([family], [.. Estimators, $"-A INPUT {match} -j DROP"]));
            QuestionTest test = run.Programs.Rules.Find("INPUT")!.Rules[^1].Matches.Select(TestOf).Single();
            var first = new RateEstimator(new EstimatorSettings(0, 2));
            var second = new RateEstimator(new EstimatorSettings(2, 1));
            var random = new Random(match.Length);
            ulong now = 5000;
            int drops = 0;
            for (int i = 0; i < 600; i++)
            {
                now += (ulong)random.Next(i % 150 < 75 ? 12 : 90);
                int port = random.Next(1, 4);
                Packet packet = Make(family, port, random.Next(200), now);
                bool passes = run.Run(packet, slowPath: false);
                (port switch { 1 => first, 2 => second, _ => null })?.Count(packet);
                bool drop = port == 3 && ((RateCompared)test.Question).Holds(Asked(test, first, packet), Asked(test, second, packet)) != test.Negated;
                drops += drop ? 1 : 0;
                Assert.Equal((i, !drop), (i, passes));
            }

            Assert.InRange(drops, 1, 230);
        }
    }

    /// <summary>
    /// After the longest gaps an average of many samples is a power, right to a thousandth of itself or a millionth of what it was, and not
    /// less than what its samples cannot move.
    /// </summary>
    [Theory]
    [InlineData(CompilationWay.Straight)]
    [InlineData(CompilationWay.ClassifierBefore69)]
    public void After_a_long_gap_it_is_a_power(CompilationWay way) =>
        Assert.All([1, 5, 6, 8, 10, 14, 20, 29], average => Decays(way, average));

    private static void Decays(CompilationWay way, int average)
    {
        using var run = new TestRunFirewall(new LoadOptions(PrologueKind.Test, way) { Change = program => Counting(program, new EstimatorSettings(0, average)) });
        run.Load(RuleTexts.Of([Family.IPv4], ["-A INPUT -j ACCEPT"]));
        foreach (ulong gap in new ulong[] { 63, 65, 4096, 4097, 5000, 1 << 15, 1 << 20, 1 << 24, 1 << 28 })
        {
            ulong rate = 1UL << 46;
            Write(run, rate, now: 1000);
            Assert.True(run.Run(Make(Family.IPv4, 1, 10, 1000 + (gap * 62)), slowPath: false));
            ulong exact = Decayed(rate, average, gap + 1);
            double seen = Read(run, EstimatorLayout.ByteRate);
            Assert.InRange(seen, (exact * 0.999) - (1UL << average) - (rate >> 20), (exact * 1.001) + 1);
            Assert.True(seen >= Math.Min(rate, (1UL << average) - 1));
        }
    }

    private static ulong Decayed(ulong rate, int average, ulong samples)
    {
        if (samples > 1 << 22 && average > 10)
        {
            return Math.Max((ulong)(rate * Math.Exp(samples * Math.Log(1 - Math.Pow(2, -average)))), (1UL << average) - 1);
        }

        for (ulong i = 0; i < samples && rate >> average > 0; i++)
        {
            rate -= rate >> average;
        }

        return rate;
    }

    /// <summary>Packets on two processors at once are counted to the packet.</summary>
    [Theory]
    [InlineData(CompilationWay.Straight)]
    [InlineData(CompilationWay.Classifier)]
    public void Two_processors_feed_one_estimator(CompilationWay way)
    {
        using var run = new TestRunFirewall(new LoadOptions(PrologueKind.Test, way));
        run.Load(RuleTexts.Of([Family.IPv4], [$"-A INPUT {MakesFirst} 8s --rateest-ewmalog 20s"]));
        Packet packet = Make(Family.IPv4, 1, 72, 1000);
        Assert.True(run.Run(packet, slowPath: false));
        BpfProgram program = run.Programs.Of(Family.IPv4, Hook.LocalIn);
        Parallel.For(0, 2, new ParallelOptions { MaxDegreeOfParallelism = 2 }, _ =>
        {
            for (int turn = 0; turn < 100; turn++)
            {
                program.TestRun(Family.IPv4, Hook.LocalIn, packet.Bytes, 100);
            }
        });
        Assert.Equal((20_001UL, 2_000_100UL), (Read(run, EstimatorLayout.Packets), Read(run, EstimatorLayout.Bytes)));
    }

    /// <summary>What counting and comparing add to what the verifier goes through; a program may have a million instructions in all.</summary>
    [Theory]
    [InlineData(CompilationWay.Classifier)]
    [InlineData(CompilationWay.ClassifierBefore69)]
    public void The_verifier_is_done_soon(CompilationWay way)
    {
        const uint Most = 6_000, MostBefore69 = 30_000;
        uint without = Verified(way, $"-A INPUT {Port} 1 -j ACCEPT"), counting = Verified(way, Estimators[0]);
        uint comparing = Verified(way, Estimators[0], Estimators[1], "-A INPUT -m rateest --rateest1 a --rateest-gt --rateest-bps --rateest2 b -j DROP");
        output.WriteLine($"{without} instructions, {counting} with a count, {comparing} with a comparison of two");
        Assert.InRange(counting, without, comparing);
        Assert.InRange(comparing, counting, counting + (IsBefore69(way) ? MostBefore69 : Most));
    }

    /// <summary>There a loop has so many turns, and no more are gone through at once.</summary>
    private static bool IsBefore69(CompilationWay way) => way == CompilationWay.ClassifierBefore69 || !KernelRequirements.HasMayGoto;

    private static uint Verified(CompilationWay way, params string[] rules)
    {
        using var maps = new ProgramMaps();
        using var programs = new LoadedPrograms(RuleReading.Read(string.Join('\n', rules)), new LoadOptions(PrologueKind.Netfilter, way), maps);
        return programs.Of(Family.IPv4, Hook.LocalIn).Info().VerifiedInstructions;
    }

    private static ulong Asked(QuestionTest test, RateEstimator estimator, Packet packet)
    {
        (ulong bytes, ulong packets) = estimator.Read(packet.Clock);
        return ((RateCompared)test.Question).OfBytes ? bytes : packets;
    }

    private static QuestionTest TestOf(MiniFirewall.Rules.Model.Match match)
    {
        var steps = System.Collections.Immutable.ImmutableArray.CreateBuilder<Step>();
        match.Lower(Family.IPv4, steps);
        return (QuestionTest)((Require)steps.Single()).Condition;
    }

    private static PacketProgram Counting(PacketProgram program, EstimatorSettings settings) => program with
    {
        Blocks = [.. program.Blocks.Select(block => block with
        {
            Statements = [.. block.Statements.Select(statement => statement with { Steps = statement.Steps.Add(new Require(new QuestionTest(new RateCounted("a", settings)))) })],
        })],
    };

    private static ulong RateIn(TestRunFirewall run, int at) => Read(run, at) >> EstimatorSettings.Fraction;

    private static ulong Read(TestRunFirewall run, int at) => BinaryPrimitives.ReadUInt64LittleEndian(Value(run).AsSpan(at));

    /// <summary>The estimator has this rate of bytes and of packets, and the next sample is due at this moment.</summary>
    private static void Write(TestRunFirewall run, ulong rate, ulong now)
    {
        byte[] value = Value(run);
        value.AsSpan(EstimatorLayout.Bytes, 16).Clear();
        BinaryPrimitives.WriteUInt64LittleEndian(value.AsSpan(EstimatorLayout.Next), now);
        BinaryPrimitives.WriteUInt64LittleEndian(value.AsSpan(EstimatorLayout.ByteRate), rate);
        BinaryPrimitives.WriteUInt64LittleEndian(value.AsSpan(EstimatorLayout.PacketRate), rate);
        run.Programs.Of(Family.IPv4).MapOf(WellKnownMaps.Estimators).Update(new byte[4], value);
    }

    private static byte[] Value(TestRunFirewall run)
    {
        var value = new byte[EstimatorLayout.Size];
        Assert.True(run.Programs.Of(Family.IPv4).MapOf(WellKnownMaps.Estimators).TryLookup(new byte[4], value));
        return value;
    }

    private static Packet Make(Family family, int port, int payload, ulong now)
    {
        var datagram = new UdpDatagram(1000, (ushort)port) { Payload = [.. new byte[payload]] };
        byte[] bytes = family == Family.IPv4
            ? IPv4Header.Between("198.51.100.1", "203.0.113.9").Carry(datagram)
            : IPv6Header.Between("2001:db8::1", "2001:db8:1::9").Carry(datagram);
        return new(family, Hook.LocalIn, bytes) { InInterface = "eth0", Clock = new KernelClock(now, KernelClock.UsualHertz) };
    }
}

using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using MiniFirewall.Compiler;
using MiniFirewall.Engine;
using MiniFirewall.Engine.State;
using MiniFirewall.Kernel.Tests.Engine;
using MiniFirewall.Kernel.Tests.Support;
using MiniFirewall.Packets;
using MiniFirewall.Packets.Building;
using MiniFirewall.Policy;
using MiniFirewall.Rules.Model;
using Xunit;

namespace MiniFirewall.Kernel.Tests.Matches;

/// <summary>
/// What rules remember is exact to the packet with packets on two processors at once: as the kernel's own limit, hashlimit, quota
/// (locks, or a compare and exchange) and its sets (a lock for elements, atomic counters) are.
/// </summary>
public sealed class SharedStateTests
{
    private const int Each = 3000, Passing = 1000, DatagramBytes = 32;

    /// <summary>What grows while the packets come is less than one of them.</summary>
    private const string Rules = """
        *filter
        -A INPUT -p udp -m udp --dport 7001 -m limit --limit 1/min --limit-burst 1000 -j ACCEPT
        -A INPUT -p udp -m udp --dport 7002 -m hashlimit --hashlimit-upto 1/min --hashlimit-burst 1000 --hashlimit-mode srcip,dstport --hashlimit-name shared -j ACCEPT
        -A INPUT -p udp -m udp --dport 7003 -m quota --quota 32000 -j ACCEPT
        COMMIT

        """;

    [Fact]
    public void Real_packets_spend_limit_hashlimit_and_quota_to_the_packet_as_the_kernels_own()
    {
        using var ours = new TestNamespace();
        using var kernel = new TestNamespace();
        ours.Apply("-4 " + Rules["*filter\n".Length..].Replace("\nCOMMIT\n", "", StringComparison.Ordinal).Replace("\n-A", "\n-4 -A", StringComparison.Ordinal));
        kernel.Run(() => Execute("iptables-legacy-restore", Rules));
        Send(ours);
        Send(kernel);
        LoadedRuleSet loaded = ours.Read()!;
        Chain input = loaded.Rules.Find("INPUT")!;
        ulong[] seen = [.. Enumerable.Range(1, 3).Select(rule => loaded.OfRule(input, rule, Family.IPv4).Packets)];
        string listed = "";
        kernel.Run(() => listed = Execute("iptables-legacy-save", "", "-c"));
        ulong[] expected = [.. listed.Split('\n').Where(line => line.StartsWith('[')).Select(line => ulong.Parse(line[1..line.IndexOf(':')], CultureInfo.InvariantCulture))];
        Assert.Equal([Passing, Passing, Passing], expected);
        Assert.Equal(expected, seen);
    }

    [Theory]
    [InlineData(CompilationWay.Straight)]
    [InlineData(CompilationWay.Classifier)]
    public void Two_processors_spend_one_bucket(CompilationWay way)
    {
        using var run = new TestRunFirewall(new LoadOptions(PrologueKind.Test, way));
        run.Load(RuleTexts.Of([Family.IPv4], ["-A INPUT -m limit --limit 1/min --limit-burst 1000 -j DROP"]));
        Hammer(run, Packets(1));
        Assert.Contains((ulong)Passing, run.TakeAdded().Select(counter => counter.Packets));
    }

    [Fact]
    public void Two_processors_count_at_one_element_and_put_each_in_once()
    {
        using var run = new TestRunFirewall(new LoadOptions(PrologueKind.Test));
        run.Load(RuleTexts.Of([Family.IPv4], ["-A INPUT -j SET --add-set s src", "-A INPUT -m set --match-set s src", "-A INPUT -j SET --add-set n src"])
            .WithSets("create s hash:ip counters maxelem 2\ncreate n hash:net timeout 0\n"));
        Hammer(run, Packets(3));
        Assert.Equal(2, CountersOf(run, "s").Length);
        ulong[] counted = [.. run.TakeAdded().Select(counter => counter.Packets)];
        ulong all = Each * 2 * 3;
        ulong found = counted.Single(packets => packets > 0 && packets < all);
        Assert.Equal(found, CountersOf(run, "s").Aggregate(0UL, (sum, packets) => sum + packets - 1));
        Assert.Equal(3, CountersOf(run, "n").Length);
    }

    private static void Hammer(TestRunFirewall run, Packet[] packets)
    {
        // A packet that meets no rule tells the programs what time it is.
        run.Run(new(Family.IPv4, Hook.LocalOut, packets[0].Bytes) { OutInterface = "eth0", Clock = new KernelClock(1000, KernelClock.UsualHertz) }, slowPath: false);
        var program = run.Programs.Of(Family.IPv4, Hook.LocalIn);
        run.TakeAdded();
        Parallel.For(0, 2, new ParallelOptions { MaxDegreeOfParallelism = 2 }, _ =>
        {
            for (int turn = 0; turn < Each / 100; turn++)
            {
                foreach (Packet packet in packets)
                {
                    program.TestRun(Family.IPv4, Hook.LocalIn, packet.Bytes, 100);
                }
            }
        });
    }

    private static Packet[] Packets(int sources) =>
        [.. Enumerable.Range(1, sources).Select(i => new Packet(Family.IPv4, Hook.LocalIn, IPv4Header.Between($"198.51.100.{i}", "203.0.113.9").Carry(new UdpDatagram(1, 2))))];

    private static void Send(TestNamespace network) => Parallel.For(0, 2, new ParallelOptions { MaxDegreeOfParallelism = 2 }, _ => network.Run(() =>
    {
        using var sender = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        byte[] payload = new byte[DatagramBytes - 28];
        for (int i = 0; i < Each; i++)
        {
            foreach (int port in new[] { 7001, 7002, 7003 })
            {
                try
                {
                    sender.SendTo(payload, new IPEndPoint(IPAddress.Loopback, port));
                }
                catch (SocketException)
                {
                    // Nobody listens: the kernel says so at the next call.
                }
            }
        }
    }));

    private static string Execute(string command, string input, params string[] arguments)
    {
        var start = new ProcessStartInfo(command, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true };
        start.Environment["XTABLES_LOCKFILE"] = Path.Combine(Path.GetTempPath(), $"xtables-{Environment.ProcessId}.lock");
        using Process process = Process.Start(start)!;
        process.StandardInput.Write(input);
        process.StandardInput.Close();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
        return output;
    }

    /// <summary>The counters of packets of a set's elements.</summary>
    private static ulong[] CountersOf(TestRunFirewall run, string set)
    {
        DynamicSetSnapshot snapshot = DynamicSetSnapshot.Of(run.Programs.Sets!.Dynamic.MapsOf(set));
        return [.. snapshot.Elements.Select(element => snapshot.StateOf(element).Packets)];
    }
}

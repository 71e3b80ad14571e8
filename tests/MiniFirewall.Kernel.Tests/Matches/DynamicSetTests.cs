using System.Text.RegularExpressions;
using MiniFirewall.Compiler;
using MiniFirewall.Engine.State;
using MiniFirewall.Kernel.Tests.Support;
using MiniFirewall.Packets;
using MiniFirewall.Policy;
using MiniFirewall.Policy.Sets;
using MiniFirewall.Rules.Model;
using MiniFirewall.Rules.Sets;
using Xunit;

namespace MiniFirewall.Kernel.Tests.Matches;

/// <summary>Sets whose elements have time, counters and comments, and that -j SET changes: as the kernel's own, and as the reference over time.</summary>
public sealed partial class DynamicSetTests(ITestOutputHelper output)
{
    private const int Lists = 30, PacketsOfAList = 60;

    [Fact]
    public void As_the_kernels_own_sets()
    {
        using var iptables = new IptablesFirewall(["eth0"]);
        using var live = new LiveFirewall(["eth0"]);
        var random = new Random(11);
        int met = 0, hits = 0, elements = 0;
        for (int list = 0; list < Lists; list++)
        {
            var scenario = new DynamicSetScenario(random, list % 2 == 0 ? Family.IPv4 : Family.IPv6);
            RuleTexts rules = scenario.Rules(inKernel: true);
            iptables.Load(rules);
            live.Load(rules);
            for (int i = 0; i < PacketsOfAList; i++)
            {
                Packet packet = scenario.Packet();
                if (iptables.CanMeet(packet) && live.CanMeet(packet))
                {
                    Observation? expected = iptables.Judge(packet), seen = live.Judge(packet);
                    met += expected is null ? 0 : 1;
                    hits += expected?.Hits.Count ?? 0;
                    Assert.True(Equals(expected, seen), $"packet {i}: iptables {expected}, miniFirewall {seen}\n{rules.Whole}{iptables.Device.Namespace.Execute("ipset", ["save"])}");
                }
            }

            elements += CompareElements(iptables, live, rules);
        }

        output.WriteLine($"{Lists} lists, {met} packets, {hits} hits, {elements} elements left, 0 differences");
        Assert.True(met > 1000 && hits > met && elements > 100, $"{met} packets, {hits} hits, {elements} elements");
    }

    public static TheoryData<CompilationWay> Ways() => [CompilationWay.Straight, CompilationWay.Classifier, CompilationWay.ClassifierBefore69];

    [Theory]
    [MemberData(nameof(Ways))]
    public void As_the_reference_over_time(CompilationWay way)
    {
        var random = new Random(way.GetHashCode());
        int hits = 0, refused = 0;
        for (int list = 0; list < Lists; list++)
        {
            using var run = new TestRunFirewall(new LoadOptions(PrologueKind.Test, way));
            Family family = list % 2 == 0 ? Family.IPv4 : Family.IPv6;
            var scenario = new DynamicSetScenario(random, family);
            RuleTexts rules = scenario.Rules(inKernel: false);
            ulong before = MiniFirewall.Engine.Recent.TickClock.Read64();
            run.Load(rules);
            ulong now = MiniFirewall.Engine.Recent.TickClock.Read64(), loaded = now;
            var reference = new DynamicSetInterpreter(run.Programs.Rules, run.Book, family, new KernelClock(now, KernelTimeHertz));
            try
            {
                run.Programs.Of(family, Hook.LocalIn);
            }
            catch (Exception e) when ((way == CompilationWay.ClassifierBefore69 || !TestContexts.HaveArenas) && (e is OldKernelException || OldKernel.IsTooLarge(e)))
            {
                // Pairs of IPv6 networks; several sets of pairs of IPv4 ones.
                refused++;
                continue;
            }

            run.TakeAdded();
            for (int i = 0; i < 100; i++)
            {
                now = Certain(now + (ulong)random.Next(random.Next(8) == 0 ? 2000 : 60), before, loaded);
                Packet packet = scenario.Packet(now);
                int[] expected = [.. reference.Meet(packet)];
                run.Run(packet, slowPath: false);
                Counters[] added = run.TakeAdded();
                int[] seen = [.. Enumerable.Range(0, run.Book.Count).Where(index => added[index] != default)];
                hits += seen.Length;
                Assert.True(expected.SequenceEqual(seen), $"packet {i}: expected {string.Join(',', expected)}, seen {string.Join(',', seen)}\n{rules.Whole}");
            }
        }

        Assert.True(hits > (Lists - refused) * 100, $"{hits} hits");
        output.WriteLine($"{hits} hits, {refused} of {Lists} lists refused");
        Assert.InRange(refused, 0, Lists * 2 / 3);
    }

    /// <summary>
    /// The time, or the next at which it is certain of every element that the sets began with whether its time has ended: they were made at some moment
    /// between the two.
    /// </summary>
    private static ulong Certain(ulong now, ulong before, ulong loaded)
    {
        for (ulong seconds = 1; seconds <= DynamicSetScenario.MostSeconds; seconds++)
        {
            ulong whole = seconds * (ulong)KernelTimeHertz;
            now = now >= before + whole && now <= loaded + whole ? loaded + whole + 1 : now;
        }

        return now;
    }

    private static int KernelTimeHertz => MiniFirewall.Sys.KernelTime.Hertz;

    /// <summary>The kernel's elements, and ours, without times, as lines of ipset save.</summary>
    private static int CompareElements(IptablesFirewall iptables, LiveFirewall live, RuleTexts rules)
    {
        int count = 0;
        foreach (NamedSet set in live.Programs.Rules.Sets)
        {
            string[] expected = [.. iptables.Device.Namespace.Execute("ipset", ["save", set.Name]).Split('\n').Where(line => line.StartsWith("add ", StringComparison.Ordinal)).Select(Normal).Order(StringComparer.Ordinal)];
            string[] seen = [.. ElementsOf(live, set).Select(Normal).Order(StringComparer.Ordinal)];
            Assert.True(expected.SequenceEqual(seen), $"{string.Join('\n', expected)}\n\n{string.Join('\n', seen)}\n{rules.Whole}");
            count += seen.Length;
        }

        return count;
    }

    private static IEnumerable<string> ElementsOf(LiveFirewall live, NamedSet set)
    {
        if (!set.IsTable)
        {
            return set.Elements.Sorted().Select(element => $"add {set.Name} {SetNotation.Print(set.Type, element)}{(element.NoMatch ? " nomatch" : "")}");
        }

        DynamicSetSnapshot snapshot = DynamicSetSnapshot.Of(live.Programs.Sets!.Dynamic.MapsOf(set.Name));
        return snapshot.Elements.Select(element =>
        {
            SetElementState state = snapshot.StateOf(element);
            string counters = set.Details.Counts ? $" packets {state.Packets} bytes {state.Bytes}" : "";
            string time = state.Seconds is { } seconds ? $" timeout {seconds}" : "";
            return $"add {set.Name} {SetNotation.Print(set.Type, element)}{time}{(element.NoMatch ? " nomatch" : "")}{counters}";
        });
    }

    /// <summary>Times to the nearest hundred seconds, and messages of ICMP by numbers.</summary>
    private static string Normal(string line) => Time().Replace(
        line.Replace("ipv6-icmp:echo-request", "icmpv6:128/0", StringComparison.Ordinal).Replace("icmp:echo-request", "icmp:8/0", StringComparison.Ordinal),
        time => $" timeout {(int.Parse(time.Groups[1].Value, System.Globalization.CultureInfo.InvariantCulture) + 50) / 100}").Trim();

    [GeneratedRegex(" timeout ([0-9]+)")]
    private static partial Regex Time();
}

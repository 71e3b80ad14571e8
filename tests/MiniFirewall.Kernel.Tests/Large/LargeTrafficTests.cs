using System.Diagnostics;
using MiniFirewall.Kernel.Tests.Differential;
using MiniFirewall.Kernel.Tests.Support;
using MiniFirewall.Packets;
using MiniFirewall.Rules.Model;
using MiniFirewall.Testing.Large;
using MiniFirewall.Testing.Rules;
using Xunit;

namespace MiniFirewall.Kernel.Tests.Large;

/// <summary>One set of each kind before real packets: evaluator, the kernel's own iptables, and miniFirewall on its hooks.</summary>
public sealed class LargeTrafficTests(ITestOutputHelper output)
{
    /// <summary>Ethernet's; the devices take no more.</summary>
    private const int LongestOnTheWire = 1500;

    private static readonly string[] s_interfaces = ["eth0", "veth1", "veth27", "veth150"];

    /// <summary>All kinds but names, which iptables turns into several rules that count apart.</summary>
    public static TheoryData<string> Names => [.. LargeBudget.Sets.Select(set => set.Name).Where(name => name is not ("host names" or "products"))];

    [Theory]
    [MemberData(nameof(Names))]
    public void Evaluator_iptables_and_miniFirewall_agree(string name)
    {
        var clock = Stopwatch.StartNew();
        LargeSet set = LargeSets.ByName(name);
        GeneratedRules text = set.Of(LargeBudget.RealRules, LargeBudget.Seed);
        RuleSet rules = LargeSet.Read(text);
        using var ways = new ThreeWays(s_interfaces);
        ways.Load(new RuleTexts(text.Text, set.Families.ToDictionary(family => family, text.TextOf)));
        int arrived = set.Families.Sum(family => LargePackets.OnTheWire(text, rules, family, s_interfaces, LargeBudget.RealPackets, LargeBudget.Seed)
            .Where(packet => packet.Bytes.Length <= LongestOnTheWire && Device.CanMeet(packet)).Count(ways.Arrives));
        output.WriteLine($"{name}: {text.Rules.Length} rules, {arrived} packets met their hook, 0 differences; {clock.Elapsed.TotalSeconds:F1} s");
        Assert.True(arrived >= LargeBudget.RealPackets * set.Families.Length / 2);
    }
}

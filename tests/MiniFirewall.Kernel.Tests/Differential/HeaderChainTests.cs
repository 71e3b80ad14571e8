using CsCheck;
using MiniFirewall.Compiler;
using MiniFirewall.Kernel.Tests.Support;
using MiniFirewall.Packets;
using MiniFirewall.Testing.Packets;
using MiniFirewall.Testing.Rules;
using Xunit;

namespace MiniFirewall.Kernel.Tests.Differential;

/// <summary>The matches of IPv6 headers before chains of headers of all kinds, most of them odd: evaluator, ip6tables and compiled programs.</summary>
public sealed class HeaderChainTests(ITestOutputHelper output)
{
    private const int RulesOfASet = 6, PacketsOfASet = 60, FewestSets = 3;

    /// <summary>So few packets may have no invalid one among them on a kernel that is not asked about overlong headers.</summary>
    private const int FewToBeSure = 500;

    private static readonly string[] Interfaces = ["eth0", "eth1"];

    /// <summary>Rules that count and go on, so that one packet meets them all, up to the first that drops it as invalid.</summary>
    private static readonly Gen<string> Rule = Gen.Frequency(
        (9, ExtensionHeaderGen.Any),
        (3, ExtensionHeaderGen.Mobility.Select(match => $"-p mh {match}")),
        (1, Gen.Select(ExtensionHeaderGen.Any, ExtensionHeaderGen.Any, (a, b) => $"{a} {b}")),
        (1, ExtensionHeaderGen.Any.Select(match => $"{match} -j DROP")));

    private static readonly Gen<Packet> Packet = Gen.Select(
        Gen.OneOf(Hook.LocalIn, Hook.Forward, Hook.LocalOut, Hook.LocalOut, Hook.LocalOut), HeaderChainGen.Bytes, (hook, bytes) => new Packet(Family.IPv6, hook, bytes)
        {
            InInterface = hook == Hook.LocalOut ? "" : "eth0",
            OutInterface = hook == Hook.LocalIn ? "" : "eth1",
        });

    private static readonly Gen<(string[] Rules, Packet[] Packets)> Cases = Gen.Select(Rule.Array[RulesOfASet], Packet.Array[PacketsOfASet]);

    [Fact]
    public void Evaluator_and_ip6tables_agree()
    {
        using var iptables = new IptablesFirewall(Interfaces);
        using var evaluator = new EvaluatorFirewall();
        int met = 0, matched = 0, invalid = 0;
        Cases.Sample(
            sample =>
            {
                RuleTexts texts = Load(sample.Rules, evaluator, iptables);
                foreach (Packet packet in sample.Packets.Where(IptablesFirewall.IsOracleFor))
                {
                    Observation expected = evaluator.Judge(packet)!;
                    if (iptables.Judge(packet) is { } seen)
                    {
                        Compare(texts, packet, expected, iptables.Name, seen.Equals(expected) ? seen : iptables.Judge(packet)!);
                        met++;
                        matched += expected.Hits.Count > 1 ? 1 : 0;
                        invalid += !expected.Passed && expected.Hits.Count == 0 ? 1 : 0;
                    }
                }
            },
            iter: Math.Max(FewestSets, Budget.RealPackets / PacketsOfASet / 8),
            threads: 1);
        output.WriteLine($"{met} packets met their hooks, {matched} of them some rule, {invalid} were invalid");
        Assert.True(matched > met / 10 && (invalid > met / 50 || met < FewToBeSure), $"{met} {matched} {invalid}");
    }

    public static TheoryData<CompilationWay> Ways => [.. TestContexts.Ways];

    [Theory]
    [MemberData(nameof(Ways))]
    public void Evaluator_and_compiled_programs_agree(CompilationWay way)
    {
        using var evaluator = new EvaluatorFirewall();
        using var compiled = new TestRunFirewall(new LoadOptions(PrologueKind.Test, way));
        Cases.Sample(
            sample =>
            {
                RuleTexts texts = Load(sample.Rules, evaluator, compiled);
                foreach (Packet packet in sample.Packets.Where(compiled.CanMeet))
                {
                    Compare(texts, packet, evaluator.Judge(packet)!, compiled.Name, compiled.Judge(packet)!);
                }
            },
            iter: Budget.Verdicts / 50_000,
            threads: 1);
    }

    private static RuleTexts Load(string[] rules, params IFirewall[] ways)
    {
        var texts = RuleTexts.Of([Family.IPv6], rules.SelectMany(rule => new[] { "INPUT", "FORWARD", "OUTPUT" }.Select(chain => $"-A {chain} {rule}")));
        Array.ForEach(ways, way => way.Load(texts));
        return texts;
    }

    private static void Compare(RuleTexts texts, Packet packet, Observation expected, string name, Observation seen) => Assert.True(
        expected.Equals(seen), $"{name}: {seen}, expected {expected}\n{packet.Hook} {Convert.ToHexString(packet.Bytes)}\n{texts.Whole}");
}

using MiniFirewall.Analysis;
using MiniFirewall.Packets;
using MiniFirewall.Policy;
using MiniFirewall.Rules.Model;
using MiniFirewall.Testing;
using MiniFirewall.Testing.Large;
using MiniFirewall.Testing.Oracle;
using MiniFirewall.Testing.Rules;
using Xunit;

namespace MiniFirewall.Tests.Large;

/// <summary>The oracle for long lists beside the reference evaluator, on lists that both can walk.</summary>
public sealed class ListOracleTests(ITestOutputHelper output)
{
    private const int Size = 300, Packets = 2000;

    public static TheoryData<string> Names => [.. LargeSets.All.Select(set => set.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Oracle_and_evaluator_agree(string name)
    {
        LargeSet set = LargeSets.ByName(name);
        GeneratedRules text = set.Of(Size, seed: 1);
        RuleSet rules = LargeSet.Read(text);
        var evaluator = new Evaluator(rules);
        var oracle = new ListOracle(rules);
        var counted = new HashSet<CounterKey>();
        foreach (Family family in set.Families)
        {
            foreach (Packet packet in LargePackets.Of(text, rules, family, Hook.LocalIn, Packets, seed: 2))
            {
                Judgement expected = evaluator.Judge(packet);
                OracleJudgement judged = oracle.Judge(packet);
                counted.UnionWith(judged.Counted);
                Assert.True(
                    judged.Accepted == (expected.Verdict == Verdict.Accept) && judged.Counted.SequenceEqual(expected.Counted),
                    FailingCase.Print(text.Text, packet, ("evaluator", FailingCase.Print(expected)), ("oracle", string.Join(", ", judged.Counted))));
            }
        }

        output.WriteLine($"{text.Rules.Length} rules, {Packets * set.Families.Length} packets, {counted.Count} rules and policies counted");
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_set_has_about_as_many_rules_as_asked_for_and_is_the_same_for_the_same_seed(string name)
    {
        LargeSet set = LargeSets.ByName(name);
        int asked = Math.Min(2000, set.MostRules);
        Assert.InRange(set.Of(2000, seed: 3).Rules.Length, asked / 2, asked + 100);
        Assert.Equal(set.Of(100, seed: 3).Text, set.Of(100, seed: 3).Text);
    }
}

using CsCheck;
using MiniFirewall.Analysis;
using MiniFirewall.Packets;
using MiniFirewall.Policy;
using MiniFirewall.Rules.Lowering;
using MiniFirewall.Rules.Model;
using MiniFirewall.Testing.Packets;
using MiniFirewall.Testing.Rules;
using Xunit;

namespace MiniFirewall.Tests.Rules;

/// <summary>The compiled meaning of a rule set is its reference meaning: verdicts and counters, packet by packet.</summary>
public sealed class MeaningTests
{
    private const int PacketsPerRuleSet = 60;

    [Fact]
    public void Lowered_rule_sets_mean_what_the_evaluator_says()
    {
        Gen<(GeneratedRules Rules, Packet[] Packets)> cases =
            from rules in RuleSetGen.Default
            from packets in PacketGen.For(RuleEdges.Of(rules.Text), new PacketGenOptions()).Array[PacketsPerRuleSet]
            select (rules, packets);
        cases.Sample(
            sample =>
            {
                RuleSet rules = Reading.Good(sample.Rules.Text);
                var evaluator = new Evaluator(rules);
                foreach (Packet packet in sample.Packets.Where(packet => packet.HeaderIsWhole))
                {
                    Compare(rules, evaluator, packet);
                }
            },
            iter: 400,
            print: sample => sample.Rules.Text);
    }

    private static void Compare(RuleSet rules, Evaluator evaluator, Packet packet)
    {
        var counters = new Slots();
        PacketProgram program = RuleSetLowering.Lower(rules, packet.Hook, packet.Family, counters);
        (Verdict verdict, IReadOnlyList<int> counted) = PolicyInterpreter.Run(program, packet, rules.Sets);
        Judgement judgement = evaluator.Judge(packet);
        Assert.Equal(judgement.Verdict, verdict);
        IEnumerable<object> expected = judgement.Path.Select(visit => (object)visit.Rule);
        expected = judgement.DecidedBy.Kind == DecisionKind.Policy ? expected.Append(judgement.DecidedBy.Chain) : expected;
        Assert.Equal(expected, counted.Select(slot => counters[slot]), ReferenceEqualityComparer.Instance!);
    }

    /// <summary>Numbers rules by identity, and policies by their chain's name.</summary>
    private sealed class Slots : ICounterIndexes
    {
        private readonly List<object> _slots = [];

        internal object this[int slot] => _slots[slot];

        public int OfRule(Chain chain, Rule rule, Family family) => Add(rule);

        public int OfPolicy(Chain chain, Family family) => Add(chain.Name);

        private int Add(object owner)
        {
            _slots.Add(owner);
            return _slots.Count - 1;
        }
    }
}

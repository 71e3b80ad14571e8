using System.Collections.Immutable;
using MiniFirewall.Analysis;
using MiniFirewall.Packets;
using MiniFirewall.Packets.Building;
using MiniFirewall.Policy;
using MiniFirewall.Rules.Language;
using MiniFirewall.Rules.Model;
using Xunit;

namespace MiniFirewall.Tests.Analysis;

/// <summary>The flow of control of ipt_do_table: jumps, gotos, returns, policies, counters, packets that are dropped at once.</summary>
public sealed class EvaluatorTests
{
    private static readonly Target Accept = new VerdictTarget(Verdict.Accept);
    private static readonly Target Drop = new VerdictTarget(Verdict.Drop);
    private static readonly Target Return = ReturnTarget.Instance;
    private static readonly Target None = NoTarget.Instance;

    private static readonly Packet AnyPacket = new(
        Family.IPv4, Hook.LocalIn, IPv4Header.Between("10.0.0.1", "10.0.0.2").Carry(new TcpSegment(1, 2)));

    [Fact]
    public void The_first_rule_with_a_verdict_decides()
    {
        Expect(Verdict.Drop, "INPUT rule 3", "INPUT 2, INPUT 3", Input(Miss(Accept), Hit(None), Hit(Drop), Hit(Accept)));
    }

    [Fact]
    public void The_policy_decides_at_the_end_and_counts()
    {
        RuleSet rules = Set(Verdict.Drop, Input(Hit(None), Miss(Accept)));
        Judgement judgement = Evaluator.Judge(rules, AnyPacket);

        Assert.Equal(Verdict.Drop, judgement.Verdict);
        Assert.Equal("INPUT policy", judgement.DecidedBy.ToString());
        Assert.Equal([new("INPUT", 1), new("INPUT", CounterKey.Policy)], judgement.Counted);
    }

    [Fact]
    public void Return_in_a_built_in_chain_leads_to_the_policy()
    {
        Expect(Verdict.Accept, "INPUT policy", "INPUT 1", Input(Hit(Return), Hit(Drop)));
    }

    [Fact]
    public void A_jump_comes_back_after_the_chains_end()
    {
        Expect(Verdict.Drop, "INPUT rule 2", "INPUT 1, A 1, INPUT 2", Input(Hit(Jump("A")), Hit(Drop)), User("A", Hit(None)));
    }

    [Fact]
    public void A_jump_comes_back_after_a_return()
    {
        Expect(
            Verdict.Drop, "INPUT rule 2", "INPUT 1, A 1, A 2, INPUT 2",
            Input(Hit(Jump("A")), Hit(Drop)), User("A", Hit(None), Hit(Return), Hit(Accept)));
    }

    [Fact]
    public void A_verdict_in_a_called_chain_decides()
    {
        Expect(Verdict.Accept, "B rule 1", "INPUT 1, A 1, B 1", Input(Hit(Jump("A"))), User("A", Hit(Jump("B")), Hit(Drop)), User("B", Hit(Accept)));
    }

    [Fact]
    public void A_chain_can_be_called_twice_and_counts_twice()
    {
        Expect(
            Verdict.Accept, "INPUT policy", "INPUT 1, A 1, INPUT 2, A 1",
            Input(Hit(Jump("A")), Hit(Jump("A"))), User("A", Hit(None)));
    }

    [Fact]
    public void An_empty_chain_comes_back_at_once()
    {
        Expect(Verdict.Drop, "INPUT rule 2", "INPUT 1, INPUT 2", Input(Hit(Jump("A")), Hit(Drop)), User("A"));
    }

    [Fact]
    public void A_goto_from_a_built_in_chain_ends_at_the_policy()
    {
        Expect(Verdict.Accept, "INPUT policy", "INPUT 1, A 1", Input(Hit(Goto("A")), Hit(Drop)), User("A", Hit(None)));
        Expect(Verdict.Accept, "INPUT policy", "INPUT 1, A 1", Input(Hit(Goto("A")), Hit(Drop)), User("A", Hit(Return), Hit(Drop)));
    }

    [Fact]
    public void A_goto_comes_back_to_the_caller_of_its_own_chain()
    {
        Expect(
            Verdict.Drop, "INPUT rule 2", "INPUT 1, A 1, B 1, INPUT 2",
            Input(Hit(Jump("A")), Hit(Drop)), User("A", Hit(Goto("B")), Hit(Accept)), User("B", Hit(None)));
    }

    [Fact]
    public void A_jump_under_a_goto_comes_back_into_the_chain_gone_to()
    {
        Expect(
            Verdict.Drop, "B rule 2", "INPUT 1, A 1, B 1, C 1, B 2",
            Input(Hit(Jump("A")), Hit(Accept)),
            User("A", Hit(Goto("B")), Hit(Accept)), User("B", Hit(Jump("C")), Hit(Drop)), User("C", Hit(Return), Hit(Accept)));
    }

    [Fact]
    public void An_invalid_packet_is_dropped_at_once_and_uncounted_by_the_rule_that_found_it()
    {
        RuleSet rules = Set(Verdict.Accept, Input(Hit(None), Says(Accept, MatchResult.Match, MatchResult.Invalid), Hit(Accept)));
        Judgement judgement = Evaluator.Judge(rules, AnyPacket);

        Assert.Equal(Verdict.Drop, judgement.Verdict);
        Assert.Equal("invalid packet, found by INPUT rule 2", judgement.DecidedBy.ToString());
        Assert.Equal([new CounterKey("INPUT", 1)], judgement.Counted);
    }

    [Fact]
    public void A_match_that_misses_hides_later_ones()
    {
        Expect(Verdict.Accept, "INPUT policy", "", Input(Says(Drop, MatchResult.Miss, MatchResult.Invalid)));
    }

    [Fact]
    public void A_packet_without_a_whole_network_header_is_dropped_before_any_rule()
    {
        Judgement judgement = Evaluator.Judge(Set(Verdict.Accept, Input(Hit(Accept))), new(Family.IPv6, Hook.LocalIn, new byte[39]));

        Assert.Equal(Verdict.Drop, judgement.Verdict);
        Assert.Equal("invalid packet", judgement.DecidedBy.ToString());
        Assert.Empty(judgement.Counted);
    }

    [Fact]
    public void Rules_and_policies_of_the_other_family_are_not_there()
    {
        Chain input = Input(Hit(Drop) with { Families = FamilySet.IPv6 }, Hit(None)) with { PolicyV6 = new(Verdict.Drop) };
        Expect(Verdict.Accept, "INPUT policy", "INPUT 1", input);
    }

    [Fact]
    public void Each_hook_has_its_own_chain()
    {
        RuleSet rules = new(
        [
            Chain.BuiltIn("INPUT", Hook.LocalIn) with { Rules = [Hit(Drop)] },
            Chain.BuiltIn("FORWARD", Hook.Forward),
            Chain.BuiltIn("OUTPUT", Hook.LocalOut) with { PolicyV4 = new(Verdict.Drop) },
        ]);
        Assert.Equal("INPUT rule 1", Decider(Hook.LocalIn));
        Assert.Equal("FORWARD policy", Decider(Hook.Forward));
        Assert.Equal("OUTPUT policy", Decider(Hook.LocalOut));

        string Decider(Hook hook) => Evaluator.Judge(rules, new(Family.IPv4, hook, AnyPacket.Bytes)).DecidedBy.ToString();
    }

    [Fact]
    public void Without_a_trace_the_verdict_and_the_tally_are_the_same()
    {
        RuleSet rules = Set(Verdict.Drop, Input(Hit(Jump("A")), Hit(Jump("A"))), User("A", Hit(None)));
        var tally = new CounterTally();
        Judgement judgement = new Evaluator(rules).Judge(AnyPacket, trace: false, tally);

        Assert.Empty(judgement.Path);
        Assert.Equal(Verdict.Drop, judgement.Verdict);
        Assert.Equal(new(2, 80), tally[Family.IPv4, new("A", 1)]);
        Assert.Equal(new(1, 40), tally[Family.IPv4, new("INPUT", CounterKey.Policy)]);
        Assert.Equal(default, tally[Family.IPv6, new("A", 1)]);
    }

    private static void Expect(Verdict verdict, string decidedBy, string path, params Chain[] chains)
    {
        Judgement judgement = Evaluator.Judge(Set(Verdict.Accept, chains), AnyPacket);
        Assert.Equal(path, string.Join(", ", judgement.Path.Select(v => $"{v.Chain} {v.Number}")));
        Assert.Equal(decidedBy, judgement.DecidedBy.ToString());
        Assert.Equal(verdict, judgement.Verdict);
    }

    private static RuleSet Set(Verdict policy, params Chain[] chains) =>
        new([chains[0] with { PolicyV4 = new(policy) }, .. RuleSet.Empty.Chains.Skip(1), .. chains.Skip(1)]);

    private static Chain Input(params Rule[] rules) => Chain.BuiltIn("INPUT", Hook.LocalIn) with { Rules = [.. rules] };

    private static Chain User(string name, params Rule[] rules) => new(name, null, FamilySet.Both, [.. rules]);

    private static Rule Hit(Target target) => new() { Target = target };

    private static Rule Miss(Target target) => Says(target, MatchResult.Miss);

    private static Rule Says(Target target, params MatchResult[] results) =>
        new() { Target = target, Matches = [.. results.Select(r => new FixedMatch(r))] };

    private static JumpTarget Jump(string chain) => new(chain, false);

    private static JumpTarget Goto(string chain) => new(chain, true);

    private sealed record FixedMatch(MatchResult Result) : Match
    {
        public override string Name => "fixed";

        public override void Print(RuleTextWriter writer) => writer.Word("-m").Word(Name);

        public override MatchResult Evaluate(Packet packet) => Result;

        public override void Lower(Family family, ImmutableArray<Step>.Builder steps) => throw new NotSupportedException();
    }
}

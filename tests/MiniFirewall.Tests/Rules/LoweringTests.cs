using MiniFirewall.Packets;
using MiniFirewall.Policy;
using MiniFirewall.Policy.Questions;
using MiniFirewall.Rules.Lowering;
using MiniFirewall.Rules.Model;
using Xunit;

namespace MiniFirewall.Tests.Rules;

/// <summary>The shape of packet programs; what they mean is MeaningTests' concern.</summary>
public sealed class LoweringTests
{
    private const string Text =
        """
        -N used
        -N far
        -N unused
        -P INPUT DROP
        -A INPUT -p tcp --dport 22 -j used
        -A INPUT -j LOG
        -A INPUT -g far
        -A INPUT
        -4 -A used -j RETURN
        -A used -j ACCEPT
        -A far -j used
        -A unused -j DROP
        """;

    [Fact]
    public void Only_chains_that_can_be_reached_are_there_and_each_once()
    {
        PacketProgram program = Lower(Hook.LocalIn, Family.IPv4);
        Assert.Equal(["INPUT", "used", "far"], program.Blocks.Select(block => block.Name));
        Assert.Equal((0, Verdict.Drop, 1000), (program.Entry, program.Default, program.DefaultCounter));
        Assert.Equal(["OUTPUT"], Lower(Hook.LocalOut, Family.IPv4).Blocks.Select(block => block.Name));
    }

    [Fact]
    public void Targets_become_outcomes_and_LOG_an_event()
    {
        PacketProgram program = Lower(Hook.LocalIn, Family.IPv4);
        Assert.Equal([new Call(1), Continue.Instance, new TailTo(2), Continue.Instance], program.Blocks[0].Statements.Select(s => s.Outcome));
        Assert.Equal([false, true, false, false], program.Blocks[0].Statements.Select(s => s.Emits));
        Assert.Equal([Leave.Instance, new Decide(Verdict.Accept)], program.Blocks[1].Statements.Select(s => s.Outcome));
    }

    [Fact]
    public void A_family_has_its_own_rules_only()
    {
        Assert.Equal([new Decide(Verdict.Accept)], Lower(Hook.LocalIn, Family.IPv6).Blocks[1].Statements.Select(s => s.Outcome));
    }

    [Fact]
    public void A_statement_knows_its_rule()
    {
        Origin origin = Lower(Hook.LocalIn, Family.IPv4).Blocks[0].Statements[0].Origin;
        Assert.Equal(new Origin("rules:5", "-A INPUT -p tcp -m tcp --dport 22 -j used"), origin);
    }

    [Fact]
    public void The_header_is_asked_in_the_kernels_order()
    {
        string[] fields = FieldsOf("-A FORWARD -p tcp -f -o b -i a -d 10.0.0.2 -s 10.0.0.1", Family.IPv4);
        Assert.Equal(["Source", "Destination", "InInterface", "OutInterface", "Protocol", "FragmentOffset"], fields);
        fields = FieldsOf("-A FORWARD -p tcp -i a -d fe80::1", Family.IPv6);
        Assert.Equal(["Destination", "InInterface", "drop ChainBroken", "Protocol"], fields);
    }

    [Fact]
    public void A_match_makes_sure_of_the_bytes_before_it_reads_them()
    {
        Assert.Equal(
            ["Protocol", "drop FragmentOffset", "FragmentOffset", "drop TransportLength", "SourcePort", "DestinationPort", "TcpFlags", "drop TcpDataOffset", "drop TcpOptionsCut", "option 8"],
            FieldsOf("-4 -A FORWARD -p tcp --sport 1 --dport 2 --syn --tcp-option 8", Family.IPv4));
    }

    private static string[] FieldsOf(string line, Family family) =>
        [.. RuleSetLowering.Lower(Reading.Good(line), Hook.Forward, family, new Indexes()).Blocks[0].Statements[0].Steps.Select(FieldOf)];

    private static string FieldOf(Step step) => step switch
    {
        Require { Condition: FieldTest test } => test.Field.ToString(),
        Require { Condition: RangeTest test } => test.Field.ToString(),
        Require { Condition: QuestionTest { Question: TcpOption option } } => $"option {option.Kind}",
        DropWhen { Condition: FieldTest test } => $"drop {test.Field}",
        DropWhen { Condition: RangeTest test } => $"drop {test.Field}",
        _ => throw new NotSupportedException(step.ToString()),
    };

    private static PacketProgram Lower(Hook hook, Family family) => RuleSetLowering.Lower(Reading.Good(Text), hook, family, new Indexes());

    private sealed class Indexes : ICounterIndexes
    {
        public int OfRule(Chain chain, Rule rule, Family family) => rule.Span.Line;

        public int OfPolicy(Chain chain, Family family) => 1000;
    }
}

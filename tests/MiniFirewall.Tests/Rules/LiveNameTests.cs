using System.Collections.Immutable;
using CsCheck;
using MiniFirewall.Analysis;
using MiniFirewall.Packets;
using MiniFirewall.Policy;
using MiniFirewall.Policy.Questions;
using MiniFirewall.Rules.Language;
using MiniFirewall.Rules.Lowering;
using MiniFirewall.Rules.Model;
using MiniFirewall.Rules.Names;
using MiniFirewall.Testing.Packets;
using MiniFirewall.Testing.Rules;
using Xunit;

namespace MiniFirewall.Tests.Rules;

/// <summary>Host names whose addresses change while a rule is in force.</summary>
public sealed class LiveNameTests
{
    private static readonly ReadOptions s_options = Reading.Options() with { LiveNames = true, Resolver = new Nobody() };

    [Theory]
    [InlineData("-d bigmart.com -j ACCEPT", "-d bigmart.com -j ACCEPT")]
    [InlineData("-d BigMart.COM. -j ACCEPT", "-d bigmart.com -j ACCEPT")]
    [InlineData("! -s nosuch.example -p tcp -j DROP", "! -s nosuch.example -p tcp -j DROP")]
    [InlineData("-s *.ubuntu.com -d 192.0.2.1 -j ACCEPT", "-s *.ubuntu.com -d 192.0.2.1/32 -j ACCEPT")]
    public void A_name_stays_a_name_and_nobody_is_asked_for_it(string typed, string printed)
    {
        Rule rule = Read($"iptables -A OUTPUT {typed}").Chains[2].Rules[0];
        Assert.Equal(printed, rule.ToString());
        Assert.Equal(typed.Contains("192.0.2.1", StringComparison.Ordinal) ? FamilySet.IPv4 : FamilySet.Both, rule.Families);
    }

    [Theory]
    [InlineData("*.com")]
    [InlineData("a.*.com")]
    [InlineData("*")]
    [InlineData("bigmart..com")]
    [InlineData("a2345678901234567890123456789012345678901234567890123456789012345.com")]
    public void What_is_no_name_is_refused(string name)
    {
        ReadResult result = RuleSetReader.Read("rules", $"-A OUTPUT -d {name} -j ACCEPT", s_options);
        Assert.Null(result.Rules);
        Assert.Contains("is not an address or a host name", Assert.Single(result.Diagnostics).ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_list_of_names_is_a_rule_for_each() =>
        Assert.Equal(["-d a.example -j ACCEPT", "-d b.example -j ACCEPT"], Read("-A OUTPUT -d a.example,b.example -j ACCEPT").Chains[2].Rules.Select(rule => rule.ToString()));

    [Fact]
    public void Names_have_numbers_in_the_order_in_which_they_come()
    {
        RuleSet rules = Read("-A INPUT -s b.example -d a.example -j DROP\n-A OUTPUT -d a.example -j DROP\n-A OUTPUT -d c.example -j DROP\n");
        Assert.Equal(["b.example", "a.example", "c.example"], LiveNames.Of(rules).Hosts.Select(host => host.Name));
    }

    [Theory]
    [InlineData("-d", "ACCEPT", false)]
    [InlineData("-d", "DROP", false)]
    [InlineData("! -d", "ACCEPT", false)]
    [InlineData("! -d", "RETURN", false)]
    [InlineData("! -d", "DROP", true)]
    [InlineData("! -d", "REJECT", true)]
    public void Without_an_address_no_packet_is_to_the_name_and_nothing_is_let_pass_for_not_being_to_it(string option, string target, bool matches)
    {
        RuleSet rules = Read($"-P OUTPUT {(target is "DROP" or "REJECT" ? "ACCEPT" : "DROP")}\n-A OUTPUT {option} nosuch.example -j {target}");
        Judgement judgement = new Evaluator(rules).Judge(ToBigmart());
        Assert.Equal(matches, judgement.Path.Any());
        Assert.Equal(matches, judgement.DecidedBy.Kind != DecisionKind.Policy);
    }

    [Fact]
    public void A_name_is_a_bit_of_the_packets_marks()
    {
        PacketProgram program = RuleSetLowering.Lower(Read("-A OUTPUT -p tcp -d bigmart.com ! -s ubuntu.com --dport 80 -j DROP"), Hook.LocalOut, Family.IPv4, CounterOne.Instance);
        Statement statement = program.Blocks[0].Statements[0];
        Assert.Equal(
            [new FieldTest(Field.SourceNames, 1, 1, Negated: true), new FieldTest(Field.DestinationNames, 2, 2)],
            statement.Early.Select(step => ((Require)step).Condition).Take(2));
        Assert.Empty(statement.Late);
    }

    [Fact]
    public void Of_many_names_marks_tell_most_apart_and_a_question_the_others()
    {
        RuleSet rules = Read(string.Concat(Enumerable.Range(0, 65).Select(i => $"-A OUTPUT -p tcp -d n{i}.example -j ACCEPT\n-A OUTPUT ! -d n{i}.example -j DROP\n")));
        ImmutableArray<Statement> statements = RuleSetLowering.Lower(rules, Hook.LocalOut, Family.IPv4, CounterOne.Instance).Blocks[0].Statements;
        Assert.All(statements.Where((_, i) => i % 2 == 0), statement =>
        {
            Assert.Equal(Field.DestinationNames, Assert.IsType<FieldTest>(((Require)statement.Early[0]).Condition).Field);
            Assert.Equal(FieldTest.Equal(Field.Protocol, 6), ((Require)statement.Early[1]).Condition);
            Assert.IsType<AddressOfHost>(Assert.Single(statement.Late).Question);
        });
        Assert.All(statements.Where((_, i) => i % 2 == 1), statement => Assert.IsType<AddressOfHost>(Assert.Single(statement.Steps).Question));
        Assert.True(Enumerable.Range(0, 1000).Select(number => HostMarks.Of(number, areAlone: false)).Distinct().Count() > 900);
    }

    [Fact]
    public void Lowered_live_names_mean_what_the_evaluator_says()
    {
        Gen<(GeneratedRules Rules, Packet[] Packets)> cases =
            from rules in RuleSetGen.Default
            from packets in PacketGen.For(RuleEdges.Of(rules.Text), new PacketGenOptions()).Array[40]
            select (rules, packets);
        int named = 0;
        cases.Sample(
            sample =>
            {
                RuleSet rules = Named(Read(sample.Rules.Text));
                rules = named % 2 == 0 ? rules : WithMoreNames(rules);
                named += LiveNames.Of(rules).Hosts.Count;
                var evaluator = new Evaluator(rules);
                foreach (Packet packet in sample.Packets.Where(packet => packet.HeaderIsWhole))
                {
                    PacketProgram program = RuleSetLowering.Lower(rules, packet.Hook, packet.Family, CounterOne.Instance);
                    Assert.Equal(evaluator.Judge(packet).Verdict, PolicyInterpreter.Run(program, packet, rules.Sets, LiveNames.Of(rules)).Verdict);
                }
            },
            iter: 200,
            print: sample => sample.Rules.Text);
        Assert.True(named > 0);
    }

    [Fact]
    public void A_command_line_has_the_addresses_of_the_moment()
    {
        RuleSet rules = Read("-A OUTPUT -d bigmart.com -j ACCEPT");
        Assert.All(SpelledRule.Of(rules.Chains[2].Rules[0], Family.IPv4), rule => Assert.IsType<HostName>(rule.Destination));
        RuleSet known = LiveNames.WithAddresses(rules, Reading.Names.Resolve);
        Assert.Equal(
            ["-d 192.0.2.10/32 -j ACCEPT", "-d 192.0.2.11/32 -j ACCEPT"],
            SpelledRule.Of(known.Chains[2].Rules[0], Family.IPv4).Select(rule => (rule with { Families = FamilySet.IPv4 }).ToString()));
        Assert.Equal(rules, known);
    }

    /// <summary>The rules with live names in the place of addresses; every third name has no address.</summary>
    private static RuleSet Named(RuleSet rules)
    {
        return rules with { Chains = [.. rules.Chains.Select(chain => chain with { Rules = [.. chain.Rules.Select(rule => rule with { Source = Name(rule.Source), Destination = Name(rule.Destination) })] })] };

        static AddressSpec? Name(AddressSpec? spec) => spec is MaskedAddress masked
            ? new HostName($"h{masked.Address}.example", Of(masked, Family.IPv4), Of(masked, Family.IPv6), masked.Negated) { IsLive = true }
            : spec;

        static ImmutableArray<UInt128> Of(MaskedAddress masked, Family family) => masked.Family == family && masked.Address % 3 != 0 ? [masked.Address] : [];
    }

    /// <summary>The rules with so many names in a chain of their own that marks do not say all.</summary>
    private static RuleSet WithMoreNames(RuleSet rules)
    {
        Chain crowd = Read("-N CROWD\n" + string.Concat(Enumerable.Range(0, HostMarks.MostAlone).Select(i => $"-A CROWD -d crowd{i}.example -j ACCEPT\n"))).Chains[^1];
        return rules with { Chains = [.. rules.Chains, crowd] };
    }

    private static RuleSet Read(string text)
    {
        ReadResult result = RuleSetReader.Read("rules", text, s_options);
        Assert.True(result.Rules is not null, string.Join('\n', result.Diagnostics));
        return result.Rules;
    }

    private static Packet ToBigmart()
    {
        Assert.True(MiniFirewall.Packets.Text.PacketDescription.TryParse("out eth0 tcp 10.0.0.1:1000 192.0.2.10:80", out var description, out _));
        return description!.Packet;
    }

    private sealed class Nobody : INameResolver
    {
        public NameAddresses? Resolve(string name) => throw new InvalidOperationException($"asked for {name}");
    }
}

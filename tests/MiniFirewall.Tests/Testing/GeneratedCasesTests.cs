using System.Collections.Concurrent;
using CsCheck;
using MiniFirewall.Analysis;
using MiniFirewall.Packets;
using MiniFirewall.Policy;
using MiniFirewall.Rules.Model;
using MiniFirewall.Testing.Packets;
using MiniFirewall.Testing.Rules;
using Xunit;

namespace MiniFirewall.Tests.Testing;

/// <summary>Rule sets and packets meet: the share of packets that rules match, and what each kind of match says.</summary>
public sealed class GeneratedCasesTests
{
    private static readonly ConcurrentDictionary<string, int> Seen = Collect();

    [Fact]
    public void Enough_packets_match_a_rule_and_enough_do_not()
    {
        // Rule sets are new in each run, and shares differ from one set to the next: the bounds are far from the usual.
        double all = Seen["packets"];
        Assert.InRange(Seen["matched"] / all, 0.2, 0.97);
        Assert.InRange(Seen["by rule"] / all, 0.08, 0.92);
        Assert.InRange(Seen["by policy"] / all, 0.08, 0.92);
        Assert.InRange(Seen["invalid"] / all, 0.002, 0.2);
        Assert.InRange(Seen["dropped"] / all, 0.1, 0.9);
        Assert.True(Seen["through user chains"] / all > 0.015, $"{Seen["through user chains"]} of {all} went through a user chain");
    }

    [Theory]
    [InlineData("tcp", true)]
    [InlineData("udp", true)]
    [InlineData("multiport", true)]
    [InlineData("icmp", true)]
    [InlineData("icmp6", true)]
    [InlineData("iprange", false)]
    [InlineData("mark", false)]
    [InlineData("length", false)]
    [InlineData("ttl", false)]
    [InlineData("hl", false)]
    public void Each_kind_of_match_says_yes_and_no_and_finds_packets_it_cannot_judge(string match, bool needsBytes)
    {
        Assert.True(Seen.GetValueOrDefault($"{match} Match") >= 50, $"{match} matches {Seen.GetValueOrDefault($"{match} Match")}");
        Assert.True(Seen.GetValueOrDefault($"{match} Miss") >= 50, $"{match} misses {Seen.GetValueOrDefault($"{match} Miss")}");
        Assert.True(!needsBytes || Seen.GetValueOrDefault($"{match} Invalid") >= 10, $"{match} finds {Seen.GetValueOrDefault($"{match} Invalid")} invalid");
    }

    [Theory]
    [InlineData("source")]
    [InlineData("destination")]
    [InlineData("in")]
    [InlineData("out")]
    [InlineData("fragment")]
    [InlineData("protocol")]
    public void Each_part_of_the_header_decides_both_ways(string part)
    {
        foreach (bool negated in new[] { false, true })
        {
            Assert.True(Seen.GetValueOrDefault($"{part} {negated} Match") >= 10, $"{part}, negated {negated}, matches {Seen.GetValueOrDefault($"{part} {negated} Match")}");
            Assert.True(Seen.GetValueOrDefault($"{part} {negated} Miss") >= 10, $"{part}, negated {negated}, misses {Seen.GetValueOrDefault($"{part} {negated} Miss")}");
        }
    }

    private static ConcurrentDictionary<string, int> Collect()
    {
        var seen = new ConcurrentDictionary<string, int>();
        RuleSetGen.Default.Sample(
            generated =>
            {
                RuleSet rules = RuleText.Read(generated.Text);
                var evaluator = new Evaluator(rules);
                PacketGen.For(RuleEdges.Of(generated.Text), PacketGenOptions.Anything).Sample(packet => Look(rules, evaluator, packet, seen), iter: 100, threads: 1);
            },
            iter: 300);
        return seen;
    }

    private static void Look(RuleSet rules, Evaluator evaluator, Packet packet, ConcurrentDictionary<string, int> seen)
    {
        Judgement judgement = evaluator.Judge(packet);
        Count(true, "packets");
        Count(judgement.Path.Length > 0, "matched");
        Count(judgement.DecidedBy.Kind == DecisionKind.Rule, "by rule");
        Count(judgement.DecidedBy.Kind == DecisionKind.Policy, "by policy");
        Count(judgement.DecidedBy.Kind == DecisionKind.Invalid, "invalid");
        Count(judgement.Verdict == Verdict.Drop, "dropped");
        Count(judgement.Path.Any(v => rules.Find(v.Chain)!.Hook is null), "through user chains");
        foreach (Rule rule in rules.Chains.SelectMany(c => c.Rules).Where(r => r.Families.Has(packet.Family)))
        {
            foreach (string part in Parts(rule, packet))
            {
                Count(true, part);
            }
        }

        void Count(bool holds, string what)
        {
            if (holds)
            {
                seen.AddOrUpdate(what, 1, (_, n) => n + 1);
            }
        }
    }

    /// <summary>What each part of a rule says by itself; a match is asked only where the rule's protocol is the packet's.</summary>
    private static IEnumerable<string> Parts(Rule rule, Packet packet)
    {
        (string Name, bool? Negated, Rule Part)[] header =
        [
            ("source", rule.Source?.Negated, new() { Source = rule.Source }),
            ("destination", rule.Destination?.Negated, new() { Destination = rule.Destination }),
            ("in", rule.InInterface?.Negated, new() { InInterface = rule.InInterface }),
            ("out", rule.OutInterface?.Negated, new() { OutInterface = rule.OutInterface }),
            ("fragment", rule.Fragment is { } wanted ? !wanted : null, new() { Fragment = rule.Fragment }),
            ("protocol", rule.Protocol?.Negated, new() { Protocol = rule.Protocol }),
        ];
        IEnumerable<string> ofHeader = header.Where(p => p.Negated is not null).Select(p => $"{p.Name} {p.Negated} {Says(p.Part, packet)}");
        return rule.Protocol is null || Says(new() { Protocol = rule.Protocol }, packet) == MatchResult.Match
            ? ofHeader.Concat(rule.Matches.Select(m => $"{m.Name} {m.Evaluate(packet)}"))
            : ofHeader;
    }

    private static MatchResult Says(Rule part, Packet packet)
    {
        Rule deciding = part with { Target = new VerdictTarget(Verdict.Drop) };
        RuleSet alone = new([.. RuleSet.Empty.Chains.Select(c => c with { Rules = [deciding] })]);
        return Evaluator.Judge(alone, packet, trace: false).DecidedBy.Kind switch
        {
            DecisionKind.Rule => MatchResult.Match,
            DecisionKind.Policy => MatchResult.Miss,
            _ => MatchResult.Invalid,
        };
    }
}

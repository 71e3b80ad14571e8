using System.Collections.Immutable;
using MiniFirewall.Engine;
using MiniFirewall.Engine.Commit;
using MiniFirewall.Packets;
using MiniFirewall.Rules.Model;
using Xunit;

namespace MiniFirewall.Kernel.Tests.Engine;

/// <summary>Rule sets that are made of the one in force: what differs is put beside it where that is a few rules of one long chain.</summary>
public sealed class ListChangeTests : IDisposable
{
    private readonly TestNamespace _namespace = new();
    private readonly List<string> _steps = [];

    public void Dispose() => _namespace.Dispose();

    [Fact]
    public void A_few_rules_of_both_families_come_and_go_beside_the_others()
    {
        _namespace.Apply(List("-A INPUT -p udp --dport 1001 -j DROP\n"));
        LoadedRuleSet before = Read();
        Assert.Equal("4:1001 6:1001", Dropped());

        Assert.True(Edit(rules => rules.InsertRange(0, (Rule[])[Rule("-p udp --dport 1002 -j DROP"), Rule("-p udp --dport 1003 -j ACCEPT")])));
        Assert.Equal("4:1001 4:1002 6:1001 6:1002", Dropped());
        Assert.True(Edit(rules => rules.SetItem(0, Rule("-p udp --dport 1003 -j DROP"))));
        Assert.Equal("4:1001 4:1003 6:1001 6:1003", Dropped());
        Assert.True(Edit(rules => rules.RemoveRange(0, 2)));
        Assert.True(Edit(rules => rules.Add(Rule("-s 127.0.0.1 -p udp --dport 1002 -j DROP"))));
        Assert.Equal("4:1001 4:1002 6:1001", Dropped());

        LoadedRuleSet after = Read();
        Assert.Equal((before.Generation, string.Join(' ', before.Programs)), (after.Generation, string.Join(' ', after.Programs)));
        Assert.Equal(4UL, after.OfRule(after.Rules.Chains[0], 1, Family.IPv6).Packets);

        Assert.True(Edit(rules => rules.Insert(0, Rule("-p udp --dport 1003 -j DROP") with { Counters = new(3, 4) })));
        Assert.Equal("4:1001 4:1002 4:1003 6:1001 6:1003", Dropped());
        after = Read();
        Assert.Equal((before.Generation, 4UL), (after.Generation, after.OfRule(after.Rules.Chains[0], 1, Family.IPv4).Packets));
    }

    /// <summary>A list that is long for one family and empty for the other: the first rule of both makes programs that the next ones need not.</summary>
    [Fact]
    public void A_second_rule_of_both_families_finds_a_place_beside_the_others_of_one()
    {
        _namespace.Apply(string.Concat(Enumerable.Range(0, 100).Select(i => $"-4 -A INPUT -p tcp --dport {i + 1} -j DROP\n")));
        Assert.False(Edit(rules => rules.Add(Rule("-p udp --dport 1001 -j DROP"))));
        ulong generation = Read().Generation;
        Assert.True(Edit(rules => rules.Add(Rule("-p udp --dport 1002 -j DROP"))));
        Assert.True(Edit(rules => rules.RemoveAt(100)));
        Assert.Equal((generation, "4:1002 6:1002"), (Read().Generation, Dropped()));
    }

    [Fact]
    public void Whatever_else_differs_is_applied_as_a_whole()
    {
        _namespace.Apply("-N web\n-A web -j DROP\n" + List("") + "-A OUTPUT -p tcp -j ACCEPT\n");
        Func<RuleSet, RuleSet>[] changes =
        [
            set => With(set, 0, set.Chains[0] with { PolicyV4 = new(Policy.Verdict.Drop) }),
            set => With(With(set, 0, Without(set.Chains[0], 0)), 2, Without(set.Chains[2], 0)),
            set => With(set, 0, set.Chains[0] with { Rules = set.Chains[0].Rules.Insert(5, Rule("-p udp -m conntrack --ctstate NEW -j DROP")) }),
            set => set with { Chains = set.Chains.RemoveAt(3) },
        ];
        foreach (Func<RuleSet, RuleSet> change in changes)
        {
            RuleSet? expected = null;
            Assert.False(Apply(set => expected = change(set)));
            Assert.Equal(expected, Read().Rules);
        }

        Assert.False(Apply(set => set));
    }

    [Fact]
    public void Nothing_is_done_where_there_is_nothing_to_do()
    {
        _namespace.Apply(List(""));
        ulong generation = Read().Generation;
        _namespace.Run(() => _namespace.Open(new EngineParts { AfterStep = _steps.Add }).Apply(_ => (RuleSet?)null));
        Assert.Empty(_steps);
        Assert.Equal(generation, Read().Generation);
    }

    /// <summary>Whatever the edits, and whether there is room for them or not, the rules are what was asked for, and packets meet them.</summary>
    [Fact]
    public void Many_edits_in_a_row()
    {
        _namespace.Apply(List(""));
        var random = new Random(2);
        int beside = 0;
        for (int i = 0; i < 300; i++)
        {
            ImmutableArray<Rule> asked = [];
            beside += Edit(rules =>
            {
                int at = random.Next(Math.Min(rules.Length, 12) + 1), gone = random.Next(Math.Min(3, rules.Length - at + 1));
                string family = random.Next(4) switch { 0 => "-4 ", 1 => "-6 ", _ => "" };
                int port = 1001 + random.Next(3);
                Rule[] come = [.. Enumerable.Range(0, random.Next(3)).Select(turn => Rule($"-p udp --dport {port + turn} -j {(random.Next(2) == 0 ? "DROP" : "ACCEPT")}", family))];
                return asked = rules.RemoveRange(at, gone).InsertRange(at, come);
            }) ? 1 : 0;
            if (i % 10 == 0)
            {
                Assert.Equal(asked, Read().Rules.Chains[0].Rules);
                Assert.Equal(Expected(asked), Dropped());
            }
        }

        Assert.True(beside > 150, $"{beside} of 300 were made beside the others");
    }

    private static string Expected(ImmutableArray<Rule> rules) => string.Join(' ', new[] { Family.IPv4, Family.IPv6 }.SelectMany(family => new[] { 1001, 1002, 1003 }
        .Where(port => rules.FirstOrDefault(rule => rule.Families.Has(family) && rule.ToString().Contains($"--dport {port} ", StringComparison.Ordinal))?.ToString().EndsWith("DROP", StringComparison.Ordinal) == true)
        .Select(port => $"{(family == Family.IPv4 ? 4 : 6)}:{port}")));

    /// <summary>Enough rules to be no straight code; they say nothing of the tests' packets.</summary>
    private static string List(string first) => first + string.Concat(Enumerable.Range(0, 100).Select(i => $"-A INPUT -p tcp --dport {i + 1} -j DROP\n"));

    private static Rule Rule(string text, string family = "") => Rules.Parse($"{family}-A INPUT {text}\n").Chains[0].Rules[0];

    private static RuleSet With(RuleSet set, int at, Chain chain) => set with { Chains = set.Chains.SetItem(at, chain) };

    private static Chain Without(Chain chain, int rule) => chain with { Rules = chain.Rules.RemoveAt(rule) };

    /// <summary>Whether the edit of INPUT was made beside the other rules.</summary>
    private bool Edit(Func<ImmutableArray<Rule>, ImmutableArray<Rule>> edit) => Apply(set => With(set, 0, set.Chains[0] with { Rules = edit(set.Chains[0].Rules) }));

    private bool Apply(Func<RuleSet, RuleSet> change)
    {
        _steps.Clear();
        _namespace.Run(() => _namespace.Open(new EngineParts { AfterStep = _steps.Add }).Apply(running => change(running!.Rules)));
        return _steps is [.., QuickChange.WriteEpoch];
    }

    private LoadedRuleSet Read() => _namespace.Read()!;

    private string Dropped() => _namespace.Run(() => Probe.Dropped(1001, 1002, 1003));
}

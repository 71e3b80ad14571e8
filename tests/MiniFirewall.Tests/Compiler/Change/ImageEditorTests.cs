using System.Collections.Immutable;
using CsCheck;
using MiniFirewall.Packets;
using MiniFirewall.Policy;
using MiniFirewall.Rules.Model;
using MiniFirewall.Testing.Change;
using MiniFirewall.Testing.Packets;
using MiniFirewall.Testing.Rules;
using MiniFirewall.Tests.Rules;
using MiniFirewall.Verification;
using MiniFirewall.Verification.Running;
using Xunit;

namespace MiniFirewall.Tests.Compiler.Change;

/// <summary>An image that is changed rule by rule means the new list at the new epoch and the old one at the old.</summary>
public sealed class ImageEditorTests
{
    [Theory]
    [InlineData(Family.IPv4, 30)]
    [InlineData(Family.IPv6, 30)]
    [InlineData(Family.IPv4, 200)]
    public void Changes_of_generated_rule_sets_are_exact(Family family, int rules)
    {
        int taken = 0, all = 0;
        (from set in RuleSetGen.Make(RuleSetGenOptions.Default with { MaxRules = rules, Sets = false })
         from more in RuleSetGen.Rule(RuleSetGenOptions.Default with { Sets = false }).Array[12]
         from places in Gen.Int[0, 999].Array[12]
         from kinds in Gen.Int[0, 3].Array[12]
         from packets in PacketGen.For(RuleEdges.Of(WithRules(set, more)), PacketGenOptions.Anything, family, Hook.LocalIn).Array[12]
         select (set, more, places, kinds, packets)).Sample(
            run =>
            {
                EditedRules rules = Change(run.set, run.more, run.places, run.kinds, [.. run.packets.Where(p => p.HeaderIsWhole)], family);
                Interlocked.Add(ref taken, rules.Taken);
                Interlocked.Add(ref all, rules.Taken + rules.Rebuilt);
            },
            iter: rules > 100 ? 20 : 60);
        Assert.True(taken > all / 2, $"of {all} changes, images took {taken}");
    }

    /// <summary>Rules that share few keys, so that both views have trees, and rules in them that hide others.</summary>
    [Theory]
    [InlineData(Family.IPv4, 3)]
    [InlineData(Family.IPv6, 4)]
    public void Changes_of_trees_are_exact(Family family, int seed)
    {
        const int Rules = 150, Changes = 150;
        var random = new Random(seed);
        var set = new GeneratedRules([("INPUT", true), ("FORWARD", false), ("OUTPUT", false)], [], [.. Enumerable.Range(0, Rules).Select(_ => Overlapping(random))]);
        GeneratedRule[] more = [.. Enumerable.Range(0, Changes).Select(_ => Overlapping(random))];
        (int Place, int Kind)[] how = [.. more.Select(_ => (random.Next(1000), random.Next(4)))];
        PacketGen.For(RuleEdges.Of(WithRules(set, more)), PacketGenOptions.Anything, family, Hook.LocalIn).Array[40].Sample(
            packets =>
            {
                EditedRules rules = Change(set, more, [.. how.Select(h => h.Place)], [.. how.Select(h => h.Kind)], [.. packets.Where(p => p.HeaderIsWhole)], family);
                Assert.True(rules.Rebuilt < rules.Taken / 4, $"{rules.Rebuilt} images were built anew, {rules.Taken} changes were taken");
            },
            iter: 1);
    }

    [Theory]
    [InlineData("FORWARD", "-p sctp -s 10.1.0.0/16 -j DROP")]
    [InlineData("FORWARD", "-p tcp --dport 77 -j LOG")]
    [InlineData("INPUT", "-p udp -d 10.2.3.4 --sport 5:6 --dport 7 -j DROP")]
    [InlineData("OUTPUT", "-j RETURN")]
    public void The_first_of_its_kind_is_found(string chain, string rule)
    {
        var rules = new EditedRules(EditedRules.WithOwnRules(RuleText.Read("-4 -A INPUT -s 192.168.0.0/24 -p icmp -j DROP\n")), Family.IPv4);
        Rule added = RuleText.Read($"-4 -A {chain} {rule}\n").Find(chain)!.Rules[0];
        EditedRules.Staged staged = rules.Insert(rules.Rules.Find(chain)!, 0, added);

        Assert.True(staged.IsTaken);
        AssertExact(rules, staged, []);
    }

    private static GeneratedRule Overlapping(Random random)
    {
        string[] sources = ["", "", "", "-i eth0", "-m mark --mark 7"], targets = ["ACCEPT", "DROP", "DROP", "LOG", "RETURN"];
        string[] protocols = ["", "-p tcp", "-p tcp", "-p udp"];
        string protocol = protocols[random.Next(4)];
        int low = random.Next(300);
        string ports = protocol.Length > 0 && random.Next(5) > 0 ? $" --dport {low}:{low + random.Next(random.Next(2) == 0 ? 4 : 200)}" : "";
        return new("INPUT", FamilySet.Both, $"{protocol} {sources[random.Next(sources.Length)]}{ports} -j {targets[random.Next(targets.Length)]}".Trim());
    }

    private static EditedRules Change(GeneratedRules set, GeneratedRule[] more, int[] places, int[] kinds, Packet[] packets, Family family)
    {
        var rules = new EditedRules(EditedRules.WithOwnRules(RuleText.Read(set.Text)), family);
        for (int i = 0; i < more.Length; i++)
        {
            Chain chain = rules.Rules.Find(more[i].Chain) ?? rules.Rules.Chains[0];
            EditedRules.Staged staged = Stage(rules, chain, RuleOf(set, more[i]), places[i], kinds[i]);
            AssertExact(rules, staged, packets);
            if (places[i] % 5 == 0)
            {
                rules.Abandon();
                Assert.Empty(Findings(rules.Programs, rules, rules.Epoch));
                Assert.Empty(Findings(rules.Programs, rules, rules.Epoch + 1));
                continue;
            }

            rules.Commit(staged);
        }

        return rules;
    }

    /// <summary>Rules that change packets neither come nor go: with them tests of marks take another form, and whoever edits images makes them anew then.</summary>
    private static EditedRules.Staged Stage(EditedRules rules, Chain chain, Rule rule, int place, int kind)
    {
        int count = chain.Rules.Length;
        rule = rule.Target.Change is null ? rule : rule with { Target = NoTarget.Instance };
        kind = count > 0 && chain.Rules[place % count].Target.Change is null ? kind : 0;
        return kind switch
        {
            1 when count > 0 => rules.Delete(chain, place % count),
            2 when count > 0 => rules.Replace(chain, place % count, rule),
            _ => rules.Insert(chain, place % (count + 1), rule),
        };
    }

    private static void AssertExact(EditedRules rules, EditedRules.Staged staged, Packet[] packets)
    {
        Assert.Empty(Findings(rules.Programs, rules, rules.Epoch));
        AssertAnswers(rules, rules.Programs, rules.Epoch, packets);
        if (staged.IsTaken)
        {
            Assert.Empty(Findings(staged.Programs, rules, rules.Epoch + 1));
            AssertAnswers(rules, staged.Programs, rules.Epoch + 1, packets);
        }
    }

    private static ImmutableArray<Finding> Findings(ImmutableArray<PacketProgram> programs, EditedRules rules, uint epoch) =>
        ImageVerifier.Verify(programs, rules.Image, epoch).Findings;

    private static void AssertAnswers(EditedRules rules, ImmutableArray<PacketProgram> programs, uint epoch, Packet[] packets)
    {
        var interpreter = new ImageInterpreter(rules.KnownDrops, rules.Image, epoch, programs);
        PacketProgram program = programs.First(p => p.Hook == Hook.LocalIn);
        foreach (Packet packet in packets)
        {
            (Verdict verdict, IReadOnlyList<int> counted) = PolicyInterpreter.Run(program, packet);
            InterpretedPacket given = interpreter.Run(program, packet);
            Assert.Equal((verdict, string.Join(' ', counted)), (given.Verdict, string.Join(' ', given.Counted)));
        }
    }

    private static string WithRules(GeneratedRules set, GeneratedRule[] more) => (set with { Rules = [.. set.Rules, .. more] }).Text;

    private static Rule RuleOf(GeneratedRules set, GeneratedRule rule) =>
        RuleText.Read((set with { Rules = [rule] }).Text).Chains.SelectMany(chain => chain.Rules).First() with { };
}

using System.Diagnostics;
using MiniFirewall.Compiler;
using MiniFirewall.Kernel.Tests.Support;
using MiniFirewall.Packets;
using MiniFirewall.Rules.Model;
using MiniFirewall.Testing.Large;
using MiniFirewall.Testing.Rules;
using Xunit;

namespace MiniFirewall.Kernel.Tests.Large;

/// <summary>What a classifier finds hard, set by set: the list's first match and every counter, before test runs of the compiled programs.</summary>
public sealed class LargeSetTests(ITestOutputHelper output)
{
    public static TheoryData<string, CompilationWay> Cases => new(
        from set in LargeBudget.Sets from way in Enum.GetValues<CompilationWay>() select (set.Name, way));

    [Theory]
    [MemberData(nameof(Cases))]
    public void Compiled_programs_judge_and_count_as_the_list_says(string name, CompilationWay way)
    {
        Assert.SkipWhen(way == CompilationWay.Straight && name == "deep chains", "straight code does not nest calls so deep");
        Assert.SkipWhen(name == "host names" && (way == CompilationWay.ClassifierBefore69 || (!TestContexts.HaveArenas && way != CompilationWay.Straight)), "one rule has more tests than kernels before 6.9 go through: refused by name");
        var clock = Stopwatch.StartNew();
        LargeSet set = LargeSets.ByName(name);
        GeneratedRules text = set.Of(way == CompilationWay.AsChosen ? LargeBudget.Rules : LargeBudget.FewRulesOfASet, LargeBudget.Seed);
        RuleSet rules = LargeSet.Read(text);
        using var comparison = new OracleComparison(new LoadOptions(PrologueKind.Test, way));
        comparison.Load(rules);
        foreach (Family family in set.Families)
        {
            Packet[] packets = LargePackets.Of(text, rules, family, Hook.LocalIn, LargeBudget.Packets, LargeBudget.Seed);
            string? difference = comparison.FindDifference(packets);
            Assert.True(difference is null, difference);
        }

        output.WriteLine(
            $"{name}, {way}: {text.Rules.Length} rules, {comparison.Verdicts} verdicts ({comparison.Dropped} dropped) and all counters compared, "
            + $"{comparison.Counting} rules and policies counted; {clock.Elapsed.TotalSeconds:F1} s");
        Assert.True(comparison.Verdicts >= LargeBudget.Packets * set.Families.Length * 9 / 10);
    }
}

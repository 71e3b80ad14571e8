using System.Diagnostics;
using MiniFirewall.Compiler;
using MiniFirewall.Kernel.Tests.Support;
using MiniFirewall.Packets;
using MiniFirewall.Rules.Model;
using MiniFirewall.Testing.ClassBench;
using MiniFirewall.Testing.Large;
using MiniFirewall.Testing.Rules;
using Xunit;

namespace MiniFirewall.Kernel.Tests.Large;

/// <summary>ClassBench sets before their traces and before packets that the traces lack: the oracle and the compiled programs.</summary>
public sealed class ClassBenchTests(ITestOutputHelper output)
{
    [Theory]
    [InlineData(Family.IPv4)]
    [InlineData(Family.IPv6)]
    public void Compiled_programs_judge_and_count_as_the_list_says(Family family)
    {
        string folder = SharedData.Folder("classbench");
        foreach (ClassBenchFile file in ClassBenchFile.AllOf(folder))
        {
            IReadOnlyList<FilterLine> filters = file.ReadFilters();
            bool isSmallest = file.Name.EndsWith("_1k", StringComparison.Ordinal);
            if (filters.Count > LargeBudget.ClassBenchRules && !isSmallest)
            {
                continue;
            }

            Compare(file, filters, family);
        }
    }

    private void Compare(ClassBenchFile file, IReadOnlyList<FilterLine> filters, Family family)
    {
        var clock = Stopwatch.StartNew();
        GeneratedRules text = ClassBenchRules.Convert(filters.Take(LargeBudget.ClassBenchRules), family);
        RuleSet rules = LargeSet.Read(text);
        IEnumerable<Packet> trace = file.ReadTrace().Take(LargeBudget.ClassBenchPackets).Select(line => ClassBenchRules.ToPacket(line, family));
        Packet[] packets = [.. trace, .. LargePackets.Of(text, rules, family, Hook.LocalIn, LargeBudget.Packets, LargeBudget.Seed)];
        using var comparison = new OracleComparison(new LoadOptions(PrologueKind.Test));
        comparison.Load(rules);
        string? difference = comparison.FindDifference(packets);
        Assert.True(difference is null, difference);
        output.WriteLine(
            $"{file.Name} {family}: {rules.Find("INPUT")!.Rules.Length} rules, {comparison.Verdicts} verdicts and all counters compared, "
            + $"{comparison.Counting} rules and policies counted; {clock.Elapsed.TotalSeconds:F1} s");
    }
}

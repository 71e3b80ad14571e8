using System.Diagnostics;
using MiniFirewall.Analysis;
using MiniFirewall.Compiler;
using MiniFirewall.Kernel.Tests.Support;
using MiniFirewall.Packets;
using MiniFirewall.Rules.Model;
using MiniFirewall.Testing.ClassBench;
using MiniFirewall.Testing.Large;
using Xunit;

namespace MiniFirewall.Kernel.Tests.Large;

/// <summary>ClassBench sets with their traces: the oracle and the compiled programs.</summary>
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
            if (filters.Count > LargeBudget.ClassBenchRules && !file.Name.EndsWith("_1k", StringComparison.Ordinal))
            {
                continue;
            }

            var clock = Stopwatch.StartNew();
            RuleSet rules = LargeSet.Read(ClassBenchRules.Convert(filters.Take(LargeBudget.ClassBenchRules), family));
            Packet[] packets = [.. file.ReadTrace().Take(LargeBudget.ClassBenchPackets).Select(line => ClassBenchRules.ToPacket(line, family))];
            using var comparison = new OracleComparison(new LoadOptions(PrologueKind.Test));
            comparison.Load(rules);
            string? difference = comparison.FindDifference(packets);
            Assert.True(difference is null, difference);
            output.WriteLine(
                $"{file.Name} {family}: {rules.Find("INPUT")!.Rules.Length} rules, {comparison.Verdicts} verdicts and all counters compared, "
                + $"{comparison.Counting} rules and policies counted; {clock.Elapsed.TotalSeconds:F1} s");
        }
    }
}

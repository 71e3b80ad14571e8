using System.Diagnostics;
using MiniFirewall.Analysis;
using MiniFirewall.Packets;
using MiniFirewall.Testing.ClassBench;
using MiniFirewall.Testing.Large;
using MiniFirewall.Testing.Oracle;
using MiniFirewall.Testing.Rules;
using MiniFirewall.Tests.Rules;
using Xunit;

namespace MiniFirewall.Tests.Large;

/// <summary>ClassBench sets as rules: the trace's own first match, found by others, is the rule that counts.</summary>
public sealed class ClassBenchTests(ITestOutputHelper output)
{
    private const int Packets = 4096;

    [Theory]
    [InlineData("1k")]
    [InlineData("10k")]
    [InlineData("100k")]
    public void The_rule_that_counts_is_the_line_the_trace_names(string size)
    {
        string folder = SharedData.Folder("classbench");
        foreach (ClassBenchFile file in ClassBenchFile.AllOf(folder).Where(file => file.Name.EndsWith("_" + size, StringComparison.Ordinal)))
        {
            foreach (Family family in new[] { Family.IPv4, Family.IPv6 })
            {
                Compare(file, family);
            }
        }
    }

    private void Compare(ClassBenchFile file, Family family)
    {
        var clock = Stopwatch.StartNew();
        GeneratedRules text = ClassBenchRules.Convert(file.ReadFilters(), family);
        var oracle = new ListOracle(LargeSet.Read(text));
        TimeSpan read = clock.Elapsed;
        foreach (TraceLine line in file.ReadTrace().Take(Packets))
        {
            OracleJudgement judged = oracle.Judge(ClassBenchRules.ToPacket(line, family));
            Assert.Equal([new CounterKey("INPUT", line.FirstMatch + 1)], judged.Counted);
        }

        output.WriteLine(
            $"{file.Name} {family}: {text.Rules.Length} rules read in {read.TotalMilliseconds:F0} ms, walked by {Packets} packets in "
            + $"{(clock.Elapsed - read).TotalMilliseconds:F0} ms");
    }
}

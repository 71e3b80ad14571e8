using System.Collections.Concurrent;
using System.Diagnostics;
using CsCheck;
using MiniFirewall.Compiler;
using MiniFirewall.Engine;
using MiniFirewall.Kernel.Tests.Support;
using Xunit;

namespace MiniFirewall.Kernel.Tests.Differential;

/// <summary>Random rule sets before random and boundary packets: evaluator and compiled program by BPF_PROG_TEST_RUN.</summary>
public sealed class TestRunTests(ITestOutputHelper output)
{
    private const int PacketsOfASet = 1000;

    /// <summary>Each way to compile gets its share of the verdicts.</summary>
    public static TheoryData<CompilationWay> Ways => [.. TestContexts.Ways];

    [Theory]
    [MemberData(nameof(Ways))]
    public void Evaluator_and_compiled_program_agree_on_every_verdict_and_counter(CompilationWay way)
    {
        var clock = Stopwatch.StartNew();
        var comparisons = new ConcurrentBag<TestRunComparison>();
        int refused = 0;
        int wanted = Budget.Verdicts / Ways.Count, sets = (wanted / PacketsOfASet) + 1;
        Scenario.Anything(PacketsOfASet).Sample(
            scenario =>
            {
                if (!comparisons.TryTake(out TestRunComparison? comparison))
                {
                    comparison = new TestRunComparison(new LoadOptions(PrologueKind.Test, way));
                }

                string? difference = null;
                try
                {
                    difference = comparison.FindDifference(scenario);
                }
                catch (Exception e) when (!TestContexts.HaveArenas && OldKernel.IsRefusal(e))
                {
                    Interlocked.Increment(ref refused);
                }

                comparisons.Add(comparison);
                Assert.True(difference is null, difference);
            },
            iter: sets);

        int verdicts = comparisons.Sum(comparison => comparison.Verdicts);
        output.WriteLine(
            $"{sets} rule sets, {verdicts} verdicts and all counters compared, 0 differences; {comparisons.Sum(c => c.Dropped)} packets were "
            + $"dropped, {comparisons.Sum(c => c.Invalid)} of them as invalid; {refused} rule sets were refused by name; {clock.Elapsed.TotalSeconds:F0} s");
        Array.ForEach([.. comparisons], comparison => comparison.Dispose());
        Assert.True(verdicts >= (wanted - (refused * PacketsOfASet)) * 0.99 && verdicts > 0, $"only {verdicts} packets could be run");
    }
}

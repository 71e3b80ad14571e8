using CsCheck;
using MiniFirewall.Bpf;
using MiniFirewall.Compiler;
using MiniFirewall.Engine;
using MiniFirewall.Kernel.Tests.Differential;
using MiniFirewall.Kernel.Tests.Support;
using MiniFirewall.Packets;
using MiniFirewall.Testing.Rules;
using Xunit;

namespace MiniFirewall.Kernel.Tests.Module;

/// <summary>
/// Programs as the module runs them, by casts and by calls, and as kernels without may_goto have them, on the kernel at hand by test run:
/// what random rules say of random packets is what the evaluator says. No module is needed for that.
/// </summary>
public sealed class ContextTests(ITestOutputHelper output)
{
    private const int PacketsOfASet = 300, Sets = 12;

    /// <summary>Of so many sets one may be too much for a verifier that nobody brings such programs before.</summary>
    private const int SetsWithOneTooLarge = 4;

    [Theory]
    [InlineData("Link", CompilationWay.ClassifierBefore69)]
    [InlineData("Module", CompilationWay.AsChosen)]
    [InlineData("Module", CompilationWay.Classifier)]
    [InlineData("ModuleByProbes", CompilationWay.Straight)]
    [InlineData("ModuleByProbes", CompilationWay.Classifier)]
    public void Evaluator_and_programs_for_others_agree(string context, CompilationWay way)
    {
        ContextKind kind = Enum.Parse<ContextKind>(context);
        Assert.SkipUnless(kind == ContextKind.ModuleByProbes || TestContexts.HaveCasts, "this kernel has no casts");
        using var comparison = new TestRunComparison(new LoadOptions(PrologueKind.Test, way) { Context = kind });
        int refused = 0, tooLarge = 0;
        Scenario.Anything(PacketsOfASet).Sample(
            scenario =>
            {
                string? difference = DifferenceUnlessTooLarge(comparison, scenario, kind, ref refused, ref tooLarge);
                Assert.True(difference is null, difference);
            },
            iter: Sets,
            threads: 1);
        output.WriteLine(
            $"{comparison.Verdicts} verdicts and all counters compared; {refused} of {Sets} rule sets were refused by name, "
                + $"{tooLarge} were too much for the verifier of this kernel, which has links and runs other programs");
        Assert.InRange(tooLarge, 0, Sets / SetsWithOneTooLarge);
        Assert.True(comparison.Verdicts > 0 && (refused == 0 || kind == ContextKind.ModuleByProbes || way == CompilationWay.ClassifierBefore69));
    }

    /// <summary>
    /// With the loops of kernels before 6.9, which newer kernels stand in for; but 7.2's verifier goes through more of IPv6's than a million
    /// instructions, and no kernel with it gets these.
    /// </summary>
    private static CompilationWay WayOfOldLoops => Environment.OSVersion.Version.Major < 7 ? CompilationWay.ClassifierBefore69 : CompilationWay.Classifier;

    /// <summary>On kernels before 6.9 a long list is searched by a callback, beside which there is little stack for what rules ask.</summary>
    [Theory]
    [InlineData("Link")]
    [InlineData("Module")]
    [InlineData("ModuleByProbes")]
    public void A_long_list_that_asks_everything_is_taken(string context)
    {
        ContextKind kind = Enum.Parse<ContextKind>(context);
        Assert.SkipUnless(kind == ContextKind.ModuleByProbes || TestContexts.HaveCasts, "this kernel has no casts");
        string[] chains = ["INPUT", "FORWARD", "OUTPUT"];
        IEnumerable<string> fillers = Enumerable.Range(1, ProgramSetCompiler.LongestStraightList).Select(port => $"-A INPUT -p tcp --dport {port} -j DROP");
        IEnumerable<string> asking = AskingRules.Anywhere.Concat(AskingRules.OfIPv6.Select(rule => $"-6 {rule}"))
            .SelectMany(rule => chains.Select(chain => rule.StartsWith("-6 ", StringComparison.Ordinal) ? $"-6 -A {chain} {rule[3..]}" : $"-A {chain} {rule}"));
        using var maps = new ProgramMaps();
        maps.AddConnections();
        using var programs = new LoadedPrograms(
            RuleReading.Read(string.Join('\n', fillers.Prepend(AskingRules.Named).Concat(asking))),
            new LoadOptions(PrologueKind.Netfilter, WayOfOldLoops) { Context = kind },
            maps);
        foreach (Family family in Enum.GetValues<Family>())
        {
            uint verified = programs.Of(family, Hook.LocalIn).Info().VerifiedInstructions;
            output.WriteLine($"{family}: {verified} instructions verified");
            Assert.NotEqual(0u, verified);
        }
    }

    /// <summary>A program that reads the packet where another one has it must be found out.</summary>
    [Fact]
    public void A_program_for_the_module_that_reads_elsewhere_differs()
    {
        using var comparison = new TestRunComparison(new LoadOptions(PrologueKind.Test, CompilationWay.Straight)
        {
            Context = ContextKind.ModuleByProbes,
            Corrupt = family => family with { Programs = family.Programs.ToDictionary(program => program.Key, program => Shifted.ByOne(program.Value)) },
        });
        var random = new PCG(1, 1);
        int refused = 0;
        string? difference = null;
        for (int set = 0; set < Sets && difference is null; set++)
        {
            difference = DifferenceUnlessRefused(comparison, Scenario.Anything(PacketsOfASet).Generate(random, null, out _), ref refused);
        }

        output.WriteLine($"found after {comparison.Verdicts} verdicts: {difference}");
        Assert.NotNull(difference);
    }

    /// <summary>
    /// Programs by calls are for kernels before 6.4. The verifier of one that has links may go through more of the same program: Linux 7.2's
    /// does, of straight code. That is no fault of a program that is never brought before it.
    /// </summary>
    private static string? DifferenceUnlessTooLarge(TestRunComparison comparison, Scenario scenario, ContextKind kind, ref int refused, ref int tooLarge)
    {
        try
        {
            return DifferenceUnlessRefused(comparison, scenario, ref refused);
        }
        catch (VerifierException large) when (kind == ContextKind.ModuleByProbes && TestContexts.HaveCasts && OldKernel.IsTooLarge(large))
        {
            tooLarge++;
            return null;
        }
    }

    /// <summary>Rules that kernels without casts cannot have are refused by name, before any comparison.</summary>
    private static string? DifferenceUnlessRefused(TestRunComparison comparison, Scenario scenario, ref int refused)
    {
        try
        {
            return comparison.FindDifference(scenario);
        }
        catch (Exception old) when (OldKernel.IsRefusal(old))
        {
            refused++;
            return null;
        }
    }
}

using CsCheck;
using MiniFirewall.Compiler;
using MiniFirewall.Kernel.Tests.Support;
using Xunit;

namespace MiniFirewall.Kernel.Tests.Differential;

/// <summary>The comparison can fail: programs with a deliberate mistake are told from right ones within the usual budget.</summary>
public sealed class SeededDefectTests(ITestOutputHelper output)
{
    private const int PacketsOfASet = 1000;
    private static readonly Gen<Scenario> Scenarios = Scenario.Anything(PacketsOfASet);

    private static readonly string[] s_defects =
    [
        "a port range ends one late",
        "a protocol's negation is lost",
        "an address mask lacks its last bit",
        "cut headers only miss",
        "later fragments have ports",
        "goto comes back",
        "RETURN goes on",
        "accepting rules count for the policy",
        "marks stay as they were",
        "the policy is the other",
    ];

    public static TheoryData<string, CompilationWay> Cases => new(
        from defect in s_defects from way in TestContexts.Ways select (defect, way));

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_seeded_defect_is_found(string defect, CompilationWay way)
    {
        using var comparison = new TestRunComparison(new LoadOptions(PrologueKind.Test, way) { Change = Defects.ByName(defect) });
        var random = new PCG(1, 1);
        string? difference = null;
        while (difference is null && comparison.Verdicts < Budget.Verdicts)
        {
            difference = comparison.FindDifference(Scenarios.Generate(random, null, out _));
        }

        output.WriteLine($"found after {comparison.Verdicts} verdicts");
        Assert.NotNull(difference);
    }
}

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

    [Theory]
    [InlineData("a port range ends one late")]
    [InlineData("a protocol's negation is lost")]
    [InlineData("an address mask lacks its last bit")]
    [InlineData("cut headers only miss")]
    [InlineData("later fragments have ports")]
    [InlineData("goto comes back")]
    [InlineData("RETURN goes on")]
    [InlineData("accepting rules count for the policy")]
    [InlineData("the policy is the other")]
    public void A_seeded_defect_is_found(string defect)
    {
        using var comparison = new TestRunComparison(new LoadOptions(PrologueKind.Test) { Change = Defects.ByName(defect) });
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

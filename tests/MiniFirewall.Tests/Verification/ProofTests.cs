using CsCheck;
using MiniFirewall.Packets;
using MiniFirewall.Testing.Rules;
using MiniFirewall.Tests.Rules;
using MiniFirewall.Verification;
using Xunit;

namespace MiniFirewall.Tests.Verification;

/// <summary>Images as the builder makes them are proved.</summary>
public sealed class ProofTests
{
    [Theory]
    [InlineData(Family.IPv4)]
    [InlineData(Family.IPv6)]
    public void Generated_rule_sets_are_proved(Family family) =>
        RuleSetGen.Make(RuleSetGenOptions.Default with { MaxRules = 120 }).Sample(
            rules => AssertProved(CompiledRules.Of(rules.Text, family).Verify(), rules.Text),
            iter: 150);

    [Theory]
    [InlineData(Family.IPv4)]
    [InlineData(Family.IPv6)]
    public void Overlapping_rule_sets_are_proved(Family family)
    {
        for (int seed = 1; seed <= 30; seed++)
        {
            string text = DenseRules.Text(new Random(seed), family, 30 * seed);
            AssertProved(CompiledRules.Of(text, family).Verify(), $"seed {seed}");
        }
    }

    [Theory]
    [InlineData(Family.IPv4)]
    [InlineData(Family.IPv6)]
    public void Nothing_is_proved_too(Family family)
    {
        VerificationReport report = CompiledRules.Of("-P INPUT DROP\n", family).Verify();

        AssertProved(report, "no rules");
        Assert.Equal(0, report.Tally.Statements);
    }

    private static void AssertProved(VerificationReport report, string what) =>
        Assert.True(report.IsProved, $"{report.FindingCount} findings\n{string.Join('\n', report.Findings.Take(10))}\n{what}");
}

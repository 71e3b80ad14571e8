using System.Diagnostics;
using MiniFirewall.Packets;
using MiniFirewall.Verification;
using Xunit;

namespace MiniFirewall.Tests.Verification;

/// <summary>Images of public rule sets are proved, up to 100,000 statements.</summary>
public sealed class ClassBenchTests
{
    [Theory]
    [InlineData("acl1_1k", Family.IPv4)]
    [InlineData("acl1_1k", Family.IPv6)]
    [InlineData("fw1_10k", Family.IPv4)]
    [InlineData("ipc1_10k", Family.IPv6)]
    [InlineData("acl1_100k", Family.IPv4)]
    [InlineData("fw1_100k", Family.IPv4)]
    [InlineData("ipc1_100k", Family.IPv4)]
    [InlineData("fw1_100k", Family.IPv6)]
    public void Sets_are_proved(string set, Family family)
    {
        CompiledRules rules = CompiledRules.Of([ClassBenchProgram.Read(set, family)]);
        var watch = Stopwatch.StartNew();
        VerificationReport report = rules.Verify();

        TestContext.Current.TestOutputHelper?.WriteLine($"{report.Tally}, {watch.ElapsedMilliseconds} ms");
        Assert.True(report.IsProved, $"{report.FindingCount} findings\n{string.Join('\n', report.Findings.Take(10))}");
    }
}

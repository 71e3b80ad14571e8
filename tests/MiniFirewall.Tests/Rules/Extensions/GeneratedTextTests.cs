using CsCheck;
using MiniFirewall.Packets;
using MiniFirewall.Rules.Language;
using MiniFirewall.Rules.Model;
using MiniFirewall.Testing.Rules;
using Xunit;

namespace MiniFirewall.Tests.Rules.Extensions;

/// <summary>Generated matches and targets, read for both families and for each: what is printed reads back as the same rule.</summary>
public sealed class GeneratedTextTests
{
    private static readonly Gen<string> Rule = Gen.OneOf(
        ConnectionGen.Conntrack, ConnectionGen.StateMatch, ConnectionGen.Connlimit, ConnectionGen.Connbytes, ConnectionGen.Connmark, ConnectionGen.Connlabel,
        ConnectionGen.Helper, RateGen.Limit, RateGen.Hashlimit, RateGen.Recent, RateGen.Quota, TargetTextGen.Mark, TargetTextGen.Connmark, TargetTextGen.Hmark,
        TargetTextGen.Nfqueue, TargetTextGen.Nflog, TargetTextGen.Log, TargetTextGen.Rateest, TargetTextGen.Reject);

    [Fact]
    public void Reads_back_as_printed()
    {
        int taken = 0;
        Gen.Select(Rule, Gen.OneOf(FamilySet.Both, FamilySet.IPv4, FamilySet.IPv6)).Sample(
            (rule, families) =>
            {
                if (Read($"-A INPUT {rule}\n", families) is not { } rules)
                {
                    return;
                }

                Interlocked.Increment(ref taken);
                Assert.Equal(rules, Read(RuleSetPrinter.Print(rules), families));
                foreach (FamilySet family in (FamilySet[])[FamilySet.IPv4, FamilySet.IPv6])
                {
                    Rule whole = rules.Find("INPUT")!.Rules.Single();
                    if ((whole.Families & family) != FamilySet.None)
                    {
                        Rule half = whole.For(family);
                        Assert.Equal(half, Read($"-A INPUT {half}\n", family)!.Find("INPUT")!.Rules.Single());
                    }
                }
            },
            iter: 4000);
        Assert.True(taken > 1000, $"only {taken} rules were taken");
    }

    private static RuleSet? Read(string text, FamilySet families) =>
        RuleSetReader.Read("rules", text, Reading.Options(families) with { TakesLacking = true }).Rules;
}

using MiniFirewall.Rules.Diagnostics;
using MiniFirewall.Rules.Language;
using Xunit;

namespace MiniFirewall.Tests.Rules.Extensions;

/// <summary>Targets in chains that packets of a hook come to where the kernel does not take them.</summary>
public sealed class HookRefusalTests
{
    [Theory]
    [InlineData("INPUT", "-j CLASSIFY --set-class 1:2", "target CLASSIFY cannot stand in INPUT, or where it leads to")]
    [InlineData("INPUT", "-p tcp --syn -j TCPMSS --clamp-mss-to-pmtu", "target TCPMSS cannot stand in INPUT, or where it leads to")]
    [InlineData("OUTPUT", "-p tcp -j SYNPROXY", "target SYNPROXY cannot stand in OUTPUT, or where it leads to")]
    public void A_target_is_refused_in_the_chain_and_in_one_it_leads_to(string chain, string rule, string message)
    {
        string[] texts = [$"-A {chain} {rule}", $"-N mine\n-A mine {rule}\n-A FORWARD -j mine\n-A {chain} -g mine"];
        foreach (string text in texts)
        {
            Diagnostic refused = Assert.Single(Read(text).Diagnostics);
            Assert.Equal((ErrorCodes.WrongChain, message), (refused.Code, refused.Message));
        }
    }

    [Theory]
    [InlineData("FORWARD", "-j CLASSIFY --set-class 1:2")]
    [InlineData("OUTPUT", "-p tcp --syn -j TCPMSS --clamp-mss-to-pmtu")]
    [InlineData("INPUT", "-p tcp --syn -j TCPMSS --set-mss 1400")]
    [InlineData("INPUT", "-p tcp -j SYNPROXY")]
    public void A_target_is_taken_elsewhere(string chain, string rule) =>
        Assert.Empty(Read($"-N mine\n-A mine {rule}\n-A {chain} -j mine\n-A {chain} {rule}").Diagnostics);

    private static ReadResult Read(string text) => RuleSetReader.Read("rules", text, Reading.Options() with { TakesLacking = true });
}

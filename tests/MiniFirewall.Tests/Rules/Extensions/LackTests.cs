using System.Collections.Immutable;
using MiniFirewall.Packets;
using MiniFirewall.Policy;
using MiniFirewall.Rules.Diagnostics;
using MiniFirewall.Rules.Language;
using MiniFirewall.Rules.Model;
using Xunit;

namespace MiniFirewall.Tests.Rules.Extensions;

/// <summary>What cannot run is refused with its reason, and never lowered.</summary>
public sealed class LackTests
{
    private const string Sets = "set a { 192.0.2.0/24 }\n";

    [Theory]
    [InlineData("-m socket --restore-skmark", "--restore-skmark would change the mark before the rules, of packets that they do not match, too")]
    public void Is_refused_with_its_reason(string rule, string reason)
    {
        string text = $"{Sets}-A INPUT {rule}";
        Diagnostic refused = Assert.Single(Reading.Bad(text));
        Assert.Equal((ErrorCodes.NotInForce, reason), (refused.Code, refused.Help));

        Rule taken = RuleSetReader.Read("rules", text, Reading.Options() with { TakesLacking = true }).Rules!.Find("INPUT")!.Rules.Single();
        Assert.Equal(reason, taken.Matches.Select(match => match.Lack).Single(lack => lack is not null));
        foreach (Match match in taken.Matches.Where(match => match.Lack is not null))
        {
            Assert.Throws<NotSupportedException>(() => match.Lower(Family.IPv4, ImmutableArray.CreateBuilder<Step>()));
        }
    }

    [Theory]
    [InlineData("-j LOG --log-uid")]
    [InlineData("-m conntrack ! --ctstate NEW,INVALID,UNTRACKED --ctdir REPLY")]
    [InlineData("-m state --state RELATED,ESTABLISHED")]
    [InlineData("-m conntrack --ctstate NEW,DNAT --ctproto tcp --ctexpire 5 --ctstatus ASSURED")]
    [InlineData("-m connmark --mark 1")]
    [InlineData("-m connlabel --label 1 --set")]
    [InlineData("-m connlimit --connlimit-above 4294967294")]
    [InlineData("-m connlimit --connlimit-upto 4294967295")]
    [InlineData("-m connbytes --connbytes 1 --connbytes-dir both --connbytes-mode bytes")]
    [InlineData("-m set --match-set a src ! --update-counters ! --update-subcounters")]
    public void Lacks_nothing(string rule) => Assert.Null(Reading.Good($"{Sets}-A INPUT {rule}").Find("INPUT")!.Rules.Single().Matches.FirstOrDefault()?.Lack);

    [Theory]
    [InlineData("DNAT --to-destination 192.0.2.1", "target 'DNAT' is for the table nat, and this is filter")]
    [InlineData("SECMARK --selctx a", "target 'SECMARK' is for the table mangle or security, and this is filter")]
    [InlineData("TTL --ttl-set 5", "target 'TTL' is for the table mangle, and this is filter")]
    [InlineData("CT --notrack", "target 'CT' is for the table raw, and this is filter")]
    public void A_target_of_another_table_is_refused_with_its_table(string target, string message)
    {
        Diagnostic refused = Assert.Single(Reading.Bad($"-A INPUT -j {target}"));
        Assert.Equal((ErrorCodes.UnsupportedTarget, message), (refused.Code, refused.Message));
    }
}

using MiniFirewall.Rules.Language;
using MiniFirewall.Rules.Model;
using MiniFirewall.Rules.Names;
using Xunit;

namespace MiniFirewall.Tests.Rules.Extensions;

/// <summary>All options of -m set and -j SET, as iptables prints and lists them.</summary>
public sealed class SetOptionTests
{
    /// <summary>As typed, as saved ("=": as typed), as listed.</summary>
    public static TheoryData<string, string, string> Rules => new()
    {
        { "-m set --match-set foo src", "=", "match-set foo src" },
        { "-m set --set foo src", "-m set --match-set foo src", "match-set foo src" },
        { "-m set ! --match-set foo src --return-nomatch", "=", "! match-set foo src return-nomatch" },
        { "-m set --match-set foo src --update-counters", "-m set --match-set foo src", "match-set foo src" },
        { "-m set --match-set foo src ! --update-counters ! --update-subcounters", "=", "match-set foo src ! update-counters ! update-subcounters" },
        { "-m set --match-set foo src --packets-eq 5 --bytes-gt 6", "=", "match-set foo src packets-eq 5 bytes-gt 6" },
        { "-m set ! --packets-eq 5 ! --bytes-eq 6 --match-set foo src", "-m set --match-set foo src ! --packets-eq 5 ! --bytes-eq 6", "match-set foo src ! packets-eq 5 ! bytes-eq 6" },
        { "-m set --match-set foo src --packets-lt 5 --bytes-lt 18446744073709551615", "=", "match-set foo src packets-lt 5 bytes-lt 18446744073709551615" },
        { "-j SET --add-set foo src", "=", "add-set foo src" },
        { "-j SET --timeout 5 --exist --add-set foo src", "-j SET --add-set foo src --exist --timeout 5", "add-set foo src exist timeout 5" },
        { "-j SET --del-set bar src,dst --add-set foo src", "-j SET --add-set foo src --del-set bar src,dst", "add-set foo src del-set bar src,dst" },
    };

    [Theory]
    [MemberData(nameof(Rules))]
    public void Prints_and_lists(string typed, string saved, string listed)
    {
        RuleSet rules = Read(typed)!;
        Rule rule = rules.Find("INPUT")!.Rules.Single();
        Assert.Equal(saved == "=" ? typed : saved, rule.ToString());
        Assert.Equal(rules, Read(rule.ToString()));
        var writer = new RuleTextWriter();
        rule.Matches.FirstOrDefault()?.List(writer, new ListStyle(true, NetworkNames.BuiltIn));
        rule.Target.List(writer, new ListStyle(true, NetworkNames.BuiltIn));
        Assert.Equal(listed, writer.ToString());
    }

    [Theory]
    [InlineData("-m set --match-set foo src ! --return-nomatch")]
    [InlineData("-m set --match-set foo src ! --packets-lt 5")]
    [InlineData("-m set --match-set foo src --packets-lt 5 --packets-gt 6")]
    [InlineData("-m set --match-set foo src --packets-lt x")]
    [InlineData("-m set --packets-eq 0")]
    [InlineData("-j SET")]
    [InlineData("-j SET --timeout 5")]
    [InlineData("-j SET --add-set foo src --add-set foo dst")]
    [InlineData("-j SET --add-set nosuch src")]
    public void Is_refused(string typed) => Assert.Null(Read(typed));

    [Fact]
    public void Rules_that_differ_in_an_option_differ()
    {
        string[] texts = [.. Rules.Select(row => row.Data.Item1).Where(text => text.StartsWith("-m", StringComparison.Ordinal))];
        int different = texts.Select(text => Read(text)!.Find("INPUT")!.Rules.Single().Matches[0]).Distinct().Count();
        Assert.Equal(texts.Length - 2, different);
    }

    private static RuleSet? Read(string rule) => RuleSetReader.Read(
        "rules", $"set foo {{ 192.0.2.1 }}\nset bar type hash:ip,port {{ 192.0.2.1,tcp:80 }}\n-A INPUT {rule}", Reading.Options() with { TakesLacking = true }).Rules;
}

using System.Text;
using MiniFirewall.Packets;
using MiniFirewall.Packets.Building;
using MiniFirewall.Policy;
using MiniFirewall.Rules.Language;
using MiniFirewall.Rules.Model;
using MiniFirewall.Rules.Sets;
using Xunit;

namespace MiniFirewall.Tests.Rules.Extensions;

/// <summary>Sets whose elements have time, counters and comments, as they are written and printed, and rules that change sets.</summary>
public sealed class DynamicSetLanguageTests
{
    public static TheoryData<string, string> Texts => new()
    {
        { "create s hash:ip timeout 60 counters comment\nadd s 192.0.2.1 timeout 5 packets 3 bytes 4 comment \"a b\"", "set s type hash:ip family inet timeout 60 counters comment {\n  192.0.2.1 timeout 5 packets 3 bytes 4 comment \"a b\"\n}\n" },
        { "create s hash:net family inet hashsize 1024 maxelem 9 timeout 0 bucketsize 12 initval 0x1\nadd s 10.0.0.0/8 nomatch timeout 4 -exist", "set s family inet timeout 0 maxelem 9 {\n  10.0.0.0/8 timeout 4 nomatch\n}\n" },
        { "set s timeout 60 { 10.0.0.0/8 timeout 7, 10.1.0.0/16 nomatch timeout 8, 2001:db8::/32 }", "set s timeout 60 {\n  10.0.0.0/8 timeout 7\n  10.1.0.0/16 timeout 8 nomatch\n  2001:db8::/32\n}\n" },
        { "set s comment { 10.0.0.1 comment \"x # , } y\" 10.0.0.2 comment z}", "set s comment {\n  10.0.0.1 comment \"x # , } y\"\n  10.0.0.2 comment \"z\"\n}\n" },
        { "set s counters { 10.0.0.1 packets 2, 10.0.0.2,10.0.0.3 bytes 5 }", "set s counters {\n  10.0.0.1 packets 2 bytes 0\n  10.0.0.2 packets 0 bytes 0\n  10.0.0.3 packets 0 bytes 5\n}\n" },
        { "set s type hash:ip timeout 9 { 10.0.0.1-10.0.0.2 timeout 3 }", "set s type hash:ip timeout 9 {\n  10.0.0.1 timeout 3\n  10.0.0.2 timeout 3\n}\n" },
        { "create s bitmap:port range 1-1024 timeout 3\nadd s 80", "set s type bitmap:port timeout 3 range 1-1024 {\n  80\n}\n" },
        { "create s hash:ip timeout 60\nadd s 192.0.2.1 timeout 5\nadd s 192.0.2.1", "set s type hash:ip family inet timeout 60 {\n  192.0.2.1\n}\n" },
    };

    [Theory]
    [MemberData(nameof(Texts))]
    public void Is_printed_and_reads_back(string typed, string printed)
    {
        RuleSet rules = Reading.Good(typed);
        Assert.Equal(printed, Print(rules));
        Assert.Equal(printed, Print(Reading.Good(printed)));
        Assert.Equal(rules, Reading.Good(printed));
    }

    [Fact]
    public void A_file_says_it_too()
    {
        var options = ReadOptions.Default with { SetFile = _ => "10.0.0.1 timeout 4 comment \"a # b\" # c\n# d\n10.0.0.2 nomatch\n" };
        RuleSet rules = RuleSetReader.Read("rules", "set s timeout 60 comment file \"x\"\n", options).Rules!;
        Assert.Equal("set s timeout 60 comment {\n  10.0.0.1 timeout 4 comment \"a # b\"\n  10.0.0.2 nomatch\n}\n", Print(rules));
    }

    [Fact]
    public void Sets_that_differ_in_what_they_keep_differ()
    {
        string[] texts = ["set s { }", "set s timeout 0 { }", "set s timeout 1 { }", "set s counters { }", "set s comment { }", "set s maxelem 5 { }"];
        Assert.Equal(texts.Length, texts.Select(text => Reading.Good(text).Sets.Single()).Aggregate(new List<NamedSet>(), (seen, set) =>
        {
            Assert.DoesNotContain(set, seen);
            return [.. seen, set];
        }).Count);
    }

    /// <summary>A set is for packets to change as soon as some rule of the set's rule set does it, wherever that stands.</summary>
    [Fact]
    public void A_rule_makes_a_set_one_that_packets_change()
    {
        RuleSet rules = Reading.Good("set a { }\nset b { }\n-A INPUT -m set --match-set a src\n-A FORWARD -j SET --add-set a src\n");
        rules.MarkChangedSets();
        Assert.Equal([true, false], rules.Sets.Select(set => set.IsDynamic));
    }

    [Theory]
    [InlineData("hash:net", "10.0.0.0/8 nomatch", "--return-nomatch", true)]
    [InlineData("hash:net", "10.0.0.0/8", "--return-nomatch", false)]
    [InlineData("hash:net counters", "10.0.0.0/8 nomatch", "--return-nomatch", true)]
    [InlineData("hash:ip", "10.0.0.1", "--return-nomatch", true)]
    [InlineData("hash:ip", "10.0.0.1", "--packets-gt 7", true)]
    [InlineData("hash:ip counters", "10.0.0.1 packets 7", "--packets-gt 7", true)]
    [InlineData("hash:ip counters", "10.0.0.1 packets 6", "--packets-gt 7", false)]
    [InlineData("hash:ip counters", "10.0.0.1 packets 7", "--packets-gt 7 ! --update-counters", false)]
    [InlineData("hash:ip counters", "10.0.0.1 packets 7", "--packets-eq 8", true)]
    [InlineData("hash:ip counters", "10.0.0.1 packets 7", "! --packets-eq 8", false)]
    [InlineData("hash:ip counters", "10.0.0.1 bytes 72", "--bytes-eq 100", true)]
    [InlineData("hash:ip counters", "10.0.0.1 bytes 73", "--bytes-lt 101", false)]
    [InlineData("hash:net counters", "10.0.0.1 packets 1 bytes 0,10.0.0.0/8 packets 7", "--packets-gt 7", true)]
    public void What_the_evaluator_says(string type, string elements, string options, bool isIn)
    {
        string adds = string.Concat(elements.Split(',').Select(element => $"add s {element}\n"));
        Rule rule = Reading.Good($"create s {type}\n{adds}-A INPUT -m set --match-set s src {options}\n").Find("INPUT")!.Rules.Single();
        var packet = new Packet(Family.IPv4, Hook.LocalIn, IPv4Header.Between("10.0.0.1", "203.0.113.9").Carry(new UdpDatagram(1, 2)));
        Assert.Equal(28, packet.Bytes.Length);
        Assert.Equal(isIn ? MatchResult.Match : MatchResult.Miss, rule.Matches.Single().Evaluate(packet));
    }

    private static string Print(RuleSet rules)
    {
        var text = new StringBuilder();
        SetNotation.Print(text, rules.Sets.Single());
        return text.ToString();
    }
}

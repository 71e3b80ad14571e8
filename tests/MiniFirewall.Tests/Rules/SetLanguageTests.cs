using System.Text;
using MiniFirewall.Packets;
using MiniFirewall.Policy;
using MiniFirewall.Rules.Diagnostics;
using MiniFirewall.Rules.Language;
using MiniFirewall.Rules.Model;
using MiniFirewall.Rules.Sets;
using Xunit;

namespace MiniFirewall.Tests.Rules;

/// <summary>Sets in rule texts: what is taken, and the text that they are printed in.</summary>
public sealed class SetLanguageTests
{
    /// <summary>A set as written, and its elements as printed.</summary>
    public static TheoryData<string, string[]> Sets => new()
    {
        { "set s { 10.0.0.0/8, 192.0.2.1, 2001:db8::/32 }", ["10.0.0.0/8", "192.0.2.1", "2001:db8::/32"] },
        { "set s {10.0.0.0/8}", ["10.0.0.0/8"] },
        { "set s {10.0.0.0/8,\n192.0.2.1 nomatch}", ["10.0.0.0/8", "192.0.2.1 nomatch"] },
        { "set s { }", [] },
        { "set s {\n}", [] },
        { "set s { 10.0.0.0/8,192.0.2.1 }", ["10.0.0.0/8", "192.0.2.1"] },
        { "set s { # one\n  10.0.0.0/8 # two\n\n  10.1.0.0/16 nomatch\n10.2.0.0/16 nomatch, 10.3.0.0/16 nomatch}", ["10.0.0.0/8", "10.1.0.0/16 nomatch", "10.2.0.0/16 nomatch", "10.3.0.0/16 nomatch"] },
        { "set s { 10.0.0.1/8 }", ["10.0.0.0/8"] },
        { "set s { 0.0.0.0/0 ::/0 }", ["0.0.0.0/0", "::/0"] },
        { "set s { 10.0.0.1-10.0.0.9 }", ["10.0.0.1", "10.0.0.2/31", "10.0.0.4/30", "10.0.0.8/31"] },
        { "set s { 0.0.0.0-255.255.255.255 }", ["0.0.0.0/0"] },
        { "set s { 2001:db8::ffff-2001:db8::1:1 }", ["2001:db8::ffff", "2001:db8::1:0/127"] },
        { "set s { 10.0.0.0/8 10.0.0.0/8 nomatch }", ["10.0.0.0/8 nomatch"] },
        { "set s type hash:ip { 10.0.0.0/30 }", ["10.0.0.0", "10.0.0.1", "10.0.0.2", "10.0.0.3"] },
        { "set s type hash:ip { 10.0.0.3-10.0.0.4 }", ["10.0.0.3", "10.0.0.4"] },
        { "set s type hash:ip,port { 10.0.0.1,80 10.0.0.1,udp:53 10.0.0.1,http }", ["10.0.0.1,tcp:80", "10.0.0.1,udp:53"] },
        { "set s type hash:ip,port { 10.0.0.1,udp:1000-1002 }", ["10.0.0.1,udp:1000", "10.0.0.1,udp:1001", "10.0.0.1,udp:1002"] },
        { "set s type hash:net,port { 10.0.0.0/8,icmp:echo-request 2001:db8::/32,icmpv6:128/0 10.0.0.0/8,gre:0 }", ["10.0.0.0/8,icmp:8/0", "10.0.0.0/8,gre:0", "2001:db8::/32,icmpv6:128/0"] },
        { "set s type hash:net,net { 10.0.0.0/8,10.1.0.0/16 10.0.0.0/8,10.1.0.1,10.0.0.0/9,10.1.0.2 }", ["10.0.0.0/8,10.1.0.0/16", "10.0.0.0/8,10.1.0.1", "10.0.0.0/9,10.1.0.2"] },
        { "set s type hash:net,port,net { 10.0.0.0/8,tcp:80,10.1.0.0/16 nomatch }", ["10.0.0.0/8,tcp:80,10.1.0.0/16 nomatch"] },
        { "set s type bitmap:port { 22 80-82 https }", ["22", "80", "81", "82", "443"] },
        { "create s hash:net\nadd s 10.0.0.0/8\nadd s 10.1.0.0/16 nomatch\n", ["10.0.0.0/8", "10.1.0.0/16 nomatch"] },
        { "create s hash:ip,port,net family inet6 hashsize 1024 maxelem 65536 bucketsize 12 initval 0xef402007\nadd s 2001:db8::1,tcp:80,2001:db8::/32", ["2001:db8::1,tcp:80,2001:db8::/32"] },
        { "create s bitmap:port range 0-65535\nadd s 80", ["80"] },
        { "ipset create s hash:ip -exist\nsudo ipset -exist add s 10.0.0.1\nipset add s 10.0.0.2 -exist", ["10.0.0.1", "10.0.0.2"] },
    };

    [Theory]
    [MemberData(nameof(Sets))]
    public void Elements(string text, string[] elements)
    {
        RuleSet rules = Reading.Good(text);
        NamedSet set = Assert.Single(rules.Sets);
        Assert.Equal(elements, set.Elements.Sorted().Select(element => SetNotation.Print(set.Type, element) + (element.NoMatch ? " nomatch" : "")));
        Assert.Equal(rules, Reading.Good(RuleSetPrinter.Print(rules)));
    }

    [Theory]
    [InlineData("-m set --match-set a src", "-m set --match-set a src")]
    [InlineData("-m set ! --match-set a dst", "-m set ! --match-set a dst")]
    [InlineData("-m set --match-s a src,dst,src", "-m set --match-set a src,dst,src")]
    [InlineData("-p tcp -m set --match-set a src -m set --match-set b dst --dport 80", "-p tcp -m set --match-set a src -m set --match-set b dst -m tcp --dport 80")]
    public void Matches_are_printed_as_iptables_does(string typed, string printed)
    {
        RuleSet rules = Reading.Good($"set a {{ 10.0.0.0/8 }}\nset b type bitmap:port {{ 80 }}\n-A INPUT {typed}");
        Assert.Equal([$"-A INPUT {printed}"], Reading.RuleLines(rules));
    }

    [Theory]
    [InlineData("create a hash:net", FamilySet.IPv4)]
    [InlineData("create a hash:net family inet6", FamilySet.IPv6)]
    [InlineData("create a bitmap:port range 0-65535", FamilySet.Both)]
    [InlineData("set a { 10.0.0.0/8 }", FamilySet.Both)]
    [InlineData("set a family inet { 10.0.0.0/8 }", FamilySet.IPv4)]
    public void A_rule_is_for_the_families_of_its_set(string set, FamilySet families) =>
        Assert.Equal(families, Reading.Good($"{set}\n-A INPUT -m set --match-set a src").Find("INPUT")!.Rules.Single().Families);

    [Fact]
    public void A_file_has_one_element_a_line()
    {
        string folder = Directory.CreateTempSubdirectory().FullName;
        File.WriteAllText(Path.Combine(folder, "list.txt"), "# blocked\n10.0.0.0/8\r\n\n  192.0.2.1 # one\n10.1.0.0/16 nomatch\n2001:db8::/32");
        string rules = Path.Combine(folder, "rules");
        RuleSet read = RuleSetReader.Read(rules, "set s file \"list.txt\"\nset t file list.txt # the same\n", ReadOptions.Default).Rules!;
        Assert.Equal(["10.0.0.0/8", "10.1.0.0/16", "192.0.2.1", "2001:db8::/32"], read.Sets[0].Elements.Sorted().Select(e => SetNotation.Print(SetType.Networks, e)));
        Assert.Equal(read.Sets[0].Elements.Sorted(), read.Sets[1].Elements.Sorted());

        File.WriteAllText(Path.Combine(folder, "list.txt"), "10.0.0.0/8\n # no\n 10.0.0.0/99\n");
        Diagnostic wrong = RuleSetReader.Read(rules, "set s file \"list.txt\"", ReadOptions.Default).Diagnostics.Single();
        Assert.Equal((Path.Combine(folder, "list.txt"), 3, 2, 11), (wrong.Span.File, wrong.Span.Line, wrong.Span.Column, wrong.Span.Length));
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public void Sets_are_at_most_as_many_as_their_numbers_reach()
    {
        string text = string.Concat(Enumerable.Range(0, 65_536).Select(i => $"set s{i} {{ }}\n"));
        Diagnostic wrong = Assert.Single(Reading.Bad(text));
        Assert.Equal((ErrorCodes.TooManySets, 65_536), (wrong.Code, wrong.Span.Line));
    }

    [Fact]
    public void A_million_networks_are_one_array_and_the_right_ones()
    {
        const int Count = 1_000_000;
        var text = new StringBuilder("create big hash:net\n");
        for (uint i = 0; i < Count; i++)
        {
            uint address = i * 4099 << 4;
            text.Append("add big ").Append(AddressText.Format(Family.IPv4, address)).Append("/28\n");
        }

        NamedSet set = Reading.Good(text.ToString()).Sets.Single();
        Assert.Equal(Count, set.Elements.Count);
        for (uint i = 0; i < Count; i += 997)
        {
            SetElement element = set.Elements.Span[(int)i];
            Assert.Equal((i * 4099 << 4, 28), ((uint)element.First, element.FirstPrefix));
        }
    }
}

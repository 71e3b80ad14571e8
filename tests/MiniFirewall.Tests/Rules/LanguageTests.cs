using MiniFirewall.Packets;
using MiniFirewall.Policy;
using MiniFirewall.Rules.Model;
using Xunit;

namespace MiniFirewall.Tests.Rules;

/// <summary>What the language takes, and the canonical text it is printed in.</summary>
public sealed class LanguageTests
{
    /// <summary>A line as typed, and all rule lines it makes.</summary>
    public static TheoryData<string, string[]> Lines => new()
    {
        { "iptables -A OUTPUT -p tcp -d bigmart.com -j ACCEPT", ["-A OUTPUT -d bigmart.com -p tcp -j ACCEPT"] },
        { "iptables -A OUTPUT -p tcp --dport 80 -j DROP", ["-A OUTPUT -p tcp -m tcp --dport 80 -j DROP"] },
        { "iptables -A INPUT -p tcp -s 10.0.3.1 --dport 22 -j ACCEPT", ["-A INPUT -s 10.0.3.1/32 -p tcp -m tcp --dport 22 -j ACCEPT"] },
        { "iptables -A INPUT -p tcp -s 0.0.0.0/0 --dport 22 -j DROP", ["-4 -A INPUT -p tcp -m tcp --dport 22 -j DROP"] },
        { "sudo iptables -A INPUT", ["-A INPUT"] },
        { "/usr/sbin/iptables-legacy -A INPUT -j DROP # why", ["-A INPUT -j DROP"] },
        { "ip6tables -A INPUT -j DROP", ["-6 -A INPUT -j DROP"] },
        { "iptables -4 -A INPUT -j DROP", ["-4 -A INPUT -j DROP"] },
        { "-A INPUT -j DROP --ipv6", ["-6 -A INPUT -j DROP"] },
        { "iptables -w 5 -t filter -v -A INPUT -j DROP", ["-A INPUT -j DROP"] },
        { "iptables -ptcp -AINPUT --jump=DROP --dport=22", ["-A INPUT -p tcp -m tcp --dport 22 -j DROP"] },
        { "iptables --app INPUT --proto tcp --dpor 22 --jum DROP", ["-A INPUT -p tcp -m tcp --dport 22 -j DROP"] },
        { "iptables -A INPUT -fj DROP", ["-A INPUT -f -j DROP"] },
        { "iptables -A INPUT ! -f", ["-A INPUT ! -f"] },
        { "iptables -A INPUT -s 1.1.1.1,2.2.2.2 -d 3.3.3.3,4.4.4.4",
            ["-A INPUT -s 1.1.1.1/32 -d 3.3.3.3/32", "-A INPUT -s 1.1.1.1/32 -d 4.4.4.4/32", "-A INPUT -s 2.2.2.2/32 -d 3.3.3.3/32", "-A INPUT -s 2.2.2.2/32 -d 4.4.4.4/32"] },
        { "iptables -A INPUT -s 1.1.1.1,fe80::1 -d 2.2.2.2,fe80::2",
            ["-A INPUT -s 1.1.1.1/32 -d 2.2.2.2/32", "-A INPUT -s fe80::1/128 -d fe80::2/128"] },
        { "iptables -I INPUT -s 1.1.1.1,2.2.2.2", ["-A INPUT -s 2.2.2.2/32", "-A INPUT -s 1.1.1.1/32"] },
        { "iptables -A INPUT -s 10/8 -d 10.1.2.3/255.0.255.0", ["-A INPUT -s 10.0.0.0/8 -d 10.0.2.0/255.0.255.0"] },
        { "iptables -A INPUT ! -s 0/0", ["-A INPUT ! -s 0.0.0.0/0"] },
        { "iptables -A INPUT -s any/0", ["-A INPUT"] },
        { "iptables -A INPUT -s fe80::1/64 ! -d ::ffff:1.2.3.4", ["-A INPUT -s fe80::/64 ! -d ::ffff:1.2.3.4/128"] },
        { "iptables -A INPUT -s 2001:DB8::1/ffff:0:ffff::", ["-A INPUT -s 2001::/ffff:0:ffff::"] },
        { "iptables -A INPUT ! -s v4.example", ["-A INPUT ! -s v4.example"] },
        { "iptables -4 -A INPUT -s bigmart.com,v4.example", ["-4 -A INPUT -s bigmart.com", "-A INPUT -s v4.example"] },
        { "iptables -A INPUT -i + -j DROP", ["-A INPUT -j DROP"] },
        { "iptables -A FORWARD ! -i + -o eth+", ["-A FORWARD ! -i + -o eth+"] },
        { "iptables -A INPUT -p all", ["-A INPUT"] },
        { "iptables -A INPUT ! -p TCP", ["-A INPUT ! -p tcp"] },
        { "iptables -A INPUT -p 0x11 -m udp --sport :53", ["-A INPUT -p udp -m udp --sport 0:53"] },
        { "iptables -A INPUT -p 200", ["-A INPUT -p 200"] },
        { "iptables -A INPUT -p icmpv6", ["-A INPUT -p ipv6-icmp"] },
        { "iptables -A INPUT -p icmpv6 -m icmpv6 ! --icmpv6-type neighbor-solicitation", ["-A INPUT -p ipv6-icmp -m icmp6 ! --icmpv6-type 135"] },
        { "iptables -A INPUT -p icmp --icmp-type network-unreachable", ["-A INPUT -p icmp -m icmp --icmp-type 3/0"] },
        { "iptables -A INPUT -p icmp --icmp-type 3/1:4", ["-A INPUT -p icmp -m icmp --icmp-type 3/1:4"] },
        { "iptables -A INPUT -p tcp ! --syn --sport 1024:", ["-A INPUT -p tcp -m tcp --sport 1024:65535 ! --tcp-flags FIN,SYN,RST,ACK SYN"] },
        { "iptables -A INPUT -p tcp --tcp-flags ALL NONE --tcp-option 8", ["-A INPUT -p tcp -m tcp --tcp-option 8 --tcp-flags FIN,SYN,RST,PSH,ACK,URG NONE"] },
        { "iptables -A INPUT -m comment --comment x -p tcp --dport http", ["-A INPUT -p tcp -m comment --comment x -m tcp --dport 80"] },
        { "iptables -A INPUT -p tcp -m tcp --dport 1 -m tcp --dport 2", ["-A INPUT -p tcp -m tcp --dport 1 -m tcp --dport 2"] },
        { "iptables -A INPUT -p sctp -m multiport ! --dport 1:2,3", ["-A INPUT -p sctp -m multiport ! --dports 1:2,3"] },
        { "iptables -A INPUT -m iprange --dst-range 1.1.1.1 ! --src-range 2.2.2.2-2.2.2.9", ["-A INPUT -m iprange ! --src-range 2.2.2.2-2.2.2.9 --dst-range 1.1.1.1-1.1.1.1"] },
        { "iptables -A INPUT -m mark ! --mark 16/0xf0 -m length --length :100", ["-A INPUT -m mark ! --mark 0x10/0xf0 -m length --length 0:100"] },
        { "iptables -A INPUT -m ttl ! --ttl 5", ["-A INPUT -m ttl ! --ttl-eq 5"] },
        { "iptables -A INPUT -m hl --hl-lt 5", ["-A INPUT -m hl --hl-lt 5"] },
        { "iptables -A INPUT -m comment --comment 'it'\\''s \"quoted\"'", ["-A INPUT -m comment --comment \"it\\'s \\\"quoted\\\"\""] },
        { "iptables -A INPUT -m comment --comment two\\ words", ["-A INPUT -m comment --comment \"two words\""] },
        { "iptables -A INPUT -m comment --comment -x", ["-A INPUT -m comment --comment -x"] },
        { "iptables -A INPUT -j LOG --log-level alert --log-prefix 'a b: ' --log-uid", ["-A INPUT -j LOG --log-prefix \"a b: \" --log-level 1 --log-uid"] },
        { "iptables -A INPUT -j LOG --log-prefix 'longer than twenty-nine bytes is cut'", ["-A INPUT -j LOG --log-prefix \"longer than twenty-nine bytes\""] },
        { "iptables -N mine\niptables -A INPUT -j mine\niptables -A mine -j RETURN", ["-A INPUT -j mine", "-A mine -j RETURN"] },
        { "iptables -A INPUT \\\n -g mine\niptables -N mine", ["-A INPUT -g mine"] },
        { "*filter\n-A INPUT -m comment --comment \"a \\\"b\\\" \\'c\\' \\\\\"\nCOMMIT\n", ["-A INPUT -m comment --comment \"a \\\"b\\\" \\'c\\' \\\\\""] },
        { "*filter\n# note\n\n-A INPUT -m comment --comment it's\nCOMMIT\n-A INPUT -j DROP", ["-A INPUT -m comment --comment \"it\\'s\"", "-A INPUT -j DROP"] },
        { "\uFEFF-A INPUT -j DROP\r\n-A INPUT -j ACCEPT\r\n", ["-A INPUT -j DROP", "-A INPUT -j ACCEPT"] },
    };

    [Theory]
    [MemberData(nameof(Lines))]
    public void Prints_canonically(string text, string[] rules) => Assert.Equal(rules, Reading.RuleLines(Reading.Good(text)));

    [Fact]
    public void Commands_change_what_stands_before_them()
    {
        RuleSet rules = Reading.Good(
            """
            iptables -N one
            iptables -N two
            iptables -A INPUT -p tcp -j DROP
            iptables -A INPUT -p udp -j DROP
            iptables -A INPUT -p 47 -j DROP
            iptables -I INPUT 2 -p esp
            iptables -D INPUT 1
            iptables -D INPUT -p gre -j DROP
            iptables -A OUTPUT -j DROP
            iptables -F OUTPUT
            iptables -X two
            iptables -P FORWARD DROP
            """);
        Assert.Equal(["-A INPUT -p esp", "-A INPUT -p udp -j DROP"], Reading.RuleLines(rules));
        Assert.Equal(["INPUT", "FORWARD", "OUTPUT", "one"], rules.Chains.Select(chain => chain.Name));
        Assert.Equal(Verdict.Drop, rules.Find("FORWARD")!.PolicyOf(Family.IPv6).Verdict);
    }

    [Fact]
    public void A_command_for_one_family_leaves_the_other_alone()
    {
        RuleSet rules = Reading.Good(
            """
            iptables -N mine
            iptables -A INPUT -p tcp -j mine
            iptables -A INPUT -p udp -j mine
            ip6tables -D INPUT 1
            ip6tables -I INPUT 1 -p esp
            ip6tables -P INPUT DROP
            iptables -4 -F INPUT
            """);
        Assert.Equal(["-6 -A INPUT -p esp", "-6 -A INPUT -p udp -j mine"], Reading.RuleLines(rules));
        Assert.Equal((Verdict.Accept, Verdict.Drop), (rules.Find("INPUT")!.PolicyV4.Verdict, rules.Find("INPUT")!.PolicyV6.Verdict));
    }

    [Fact]
    public void A_rule_holds_for_the_families_of_the_chain_it_goes_to()
    {
        RuleSet rules = Reading.Good("ip6tables -N six\niptables -A INPUT -j six\niptables -A six -p tcp");
        Assert.All(rules.Chains.SelectMany(chain => chain.Rules), rule => Assert.Equal(FamilySet.IPv6, rule.Families));
        Assert.Equal(FamilySet.IPv6, rules.Find("six")!.Families);
    }

    [Fact]
    public void A_text_for_one_family_passes_over_the_lines_of_the_other()
    {
        RuleSet rules = Reading.Good("*filter\n-6 -A INPUT -p icmpv6\n-A INPUT -p tcp\n-4 -A INPUT -p udp\nCOMMIT\n", FamilySet.IPv4);
        Assert.Equal(["-A INPUT -p tcp", "-A INPUT -p udp"], Reading.SavedLines(rules));
    }

    [Fact]
    public void Counters_and_policies_are_kept()
    {
        RuleSet rules = Reading.Good("*filter\n:INPUT DROP [1:2]\n:OUTPUT - [3:4]\n[5:6] -A INPUT -j DROP\n-A INPUT -c 7 8\n-A INPUT\nCOMMIT\n");
        Assert.Equal([new Counters(5, 6), new Counters(7, 8), null], rules.Find("INPUT")!.Rules.Select(rule => rule.Counters));
        Assert.Equal(new ChainPolicy(Verdict.Drop, new Counters(1, 2)), rules.Find("INPUT")!.PolicyV4);
        Assert.Equal(new ChainPolicy(Verdict.Accept, new Counters(3, 4)), rules.Find("OUTPUT")!.PolicyV6);
    }

    [Fact]
    public void Rules_know_their_place()
    {
        Rule rule = Reading.Good("\n  iptables -A INPUT -j DROP").Find("INPUT")!.Rules[0];
        Assert.Equal(("rules", 2, 3, 25), (rule.Span.File, rule.Span.Line, rule.Span.Column, rule.Span.Length));
    }

    [Fact]
    public void A_host_name_is_one_rule_with_its_addresses_in_order()
    {
        Rule rule = Reading.Good("iptables -A OUTPUT -d bigmart.com -j ACCEPT").Find("OUTPUT")!.Rules.Single();
        var name = Assert.IsType<HostName>(rule.Destination);
        Assert.Equal([0xC000020Au, 0xC000020Bu], name.V4);
        Assert.Single(name.V6);
        Assert.Equal(FamilySet.Both, rule.Families);
    }
}

using CsCheck;
using MiniFirewall.Packets;
using MiniFirewall.Rules.Language;
using MiniFirewall.Rules.Model;
using Xunit;

namespace MiniFirewall.Tests.Rules;

/// <summary>
/// Lines that are read by an end that was read before mean, and are wrong, as they do where each is read by itself. A blank at
/// a line's end makes it one of the latter.
/// </summary>
public sealed class RepeatedRulesTests
{
    private static readonly string[] Beginnings =
    [
        "", " -s 10.0.0.1/32", " -s 10.1.0.0/16", " -d 10.2.0.0/255.255.0.0", " -d 192.0.2.1", " -s 10.0.0.1/32 -d 10.0.0.2/32", " -s 0.0.0.0/0",
        " -s 2001:db8::/32", " -d ::1/128", " -s 10.0.0.1 -d ::1", " -d 10.0.0.2/32 -s 10.0.0.1/32", " -s 10.0.0.1/33", " -s 10.0.0.01", " -s bigmart.com",
        " ! -s 10.0.0.1/32", " -s 1.2.3.4,5.6.7.8", "  -s 10.0.0.1", " -s 10.0.0.1/", " -s",
    ];

    private static readonly string[] Ends =
    [
        "", " -j ACCEPT", " -p tcp -m tcp --dport 80 -j DROP", " -p tcp --dport 80 -j DROP", " -p udp -m udp --sport 1:2 --dport 53 -j mine", " -j mine",
        " -g other", " -j nowhere", " -i eth0 -j DROP", " -o eth0 -j DROP", " -p icmp -j ACCEPT", " -p icmpv6 -j ACCEPT", " -f -j DROP", " -4 -j DROP",
        " -6 -j DROP", " -s 10.0.0.9 -j DROP", " -d bigmart.com", " -c 1 2 -j DROP", " -p tcp --dport 99999", " -m comment --comment it's -j DROP",
        " -j DROP # no", " -t filter -j DROP", " -t nat -j DROP", " -j LOG --log-prefix x:", " -p tcp --syn -j DROP", " -m multiport --dports 1,2", " --bogus",
    ];

    private static readonly string[] Chains = ["INPUT", "OUTPUT", "mine", "no"];

    private static readonly string[] Programs = ["", "", "iptables ", "ip6tables ", "iptables-legacy ", "iptable "];

    private static readonly string[] Others =
        ["-N mine", "-X mine", "-F INPUT", "-4 -N other", "-D INPUT 1", "-P INPUT DROP", "*filter", "COMMIT", ":mine - [0:0]", "[1:2] -A INPUT -j DROP", "# -A INPUT"];

    private static readonly Gen<string> Line = Gen.Frequency(
        (8, Gen.Select(Gen.OneOf(Programs), Gen.OneOf(Chains), Gen.OneOf(Beginnings), Gen.OneOf(Ends))
            .Select(parts => $"{parts.Item1}-A {parts.Item2}{parts.Item3}{parts.Item4}")),
        (1, Gen.OneOf(Others)));

    [Fact]
    public void Lines_read_by_a_known_end_are_as_lines_read_by_themselves() => Gen.Select(Line.Array[1, 8], Gen.Int[0, 2]).Sample(
        sample =>
        {
            // Some ends many times: each line twice, in the order of another pass.
            string[] lines = [.. sample.Item1, .. sample.Item1];
            FamilySet families = (FamilySet)(sample.Item2 + 1);
            ReadResult repeated = Reading.Read("-N mine\n" + string.Join('\n', lines) + "\n", families);
            ReadResult each = Reading.Read("-N mine\n" + string.Join(" \n", lines) + " \n", families);
            Assert.Equal(each.Diagnostics, repeated.Diagnostics);
            Assert.Equal(each.Rules, repeated.Rules);
            Assert.Equal(SpansAndCounters(each.Rules), SpansAndCounters(repeated.Rules));
        },
        iter: 10_000);

    [Fact]
    public void A_repeated_end_is_not_read_again()
    {
        RuleSet rules = Reading.Good("-A INPUT -s 10.0.0.1 -p tcp -m tcp --dport 1 -j DROP\n-A INPUT -s 10.0.0.2 -p tcp -m tcp --dport 1 -j DROP\n");
        Assert.Same(rules.Chains[0].Rules[0].Matches[0], rules.Chains[0].Rules[1].Matches[0]);
    }

    private static IEnumerable<object?> SpansAndCounters(RuleSet? rules) =>
        rules?.Chains.SelectMany(chain => chain.Rules).SelectMany(rule => new object?[] { rule.Span, rule.Counters }) ?? [];
}

using System.Collections.Concurrent;
using System.Text.RegularExpressions;
using CsCheck;
using MiniFirewall.Packets;
using MiniFirewall.Testing.Rules;
using Xunit;

namespace MiniFirewall.Tests.Testing;

public sealed class RuleSetGenTests
{
    private static readonly string[] Words =
    [
        "-p tcp", "! -p tcp", "-p udp", "-p 6", "-p udplite", "-p sctp", "-p 33", "-p icmp", "-p ipv6-icmp", "-p all", "! -p icmp",
        "-s", "! -s", "-d", "! -d", "-i", "! -i", "-o", "! -o", "-f", "! -f",
        "-m tcp", "--sport", "! --sport", "--dport", "! --dport", "--syn", "! --syn", "--tcp-flags", "! --tcp-flags", "--tcp-option", "! --tcp-option",
        "-m udp", "-m icmp", "--icmp-type", "! --icmp-type", "-m icmp6", "--icmpv6-type", "! --icmpv6-type",
        "-m multiport", "--sports", "! --sports", "--dports", "! --dports", "--ports", "! --ports",
        "-m iprange", "--src-range", "! --src-range", "--dst-range", "! --dst-range", "-m comment", "-m mark", "! --mark",
        "-m set --match-set", "-m set ! --match-set", "-m length", "! --length", "-m ttl", "! --ttl-eq", "--ttl-lt", "--ttl-gt", "-m hl", "! --hl-eq", "--hl-lt", "--hl-gt",
        "-p ah", "-p ipcomp", "-m ah", "--ahspi", "! --ahspi", "--ahlen", "! --ahlen", "--ahres", "-m esp", "--espspi", "! --espspi",
        "-m ipcomp", "--ipcompspi", "! --ipcompspi", "--compres", "-m sctp", "--chunk-types all", "--chunk-types any", "--chunk-types only",
        "-m dccp", "--dccp-types", "! --dccp-types", "--dccp-option", "-m tcpmss", "! --mss", "-m dscp", "! --dscp", "--dscp-class",
        "-m tos", "! --tos", "-m ecn", "--ecn-ip-ect", "! --ecn-ip-ect", "--ecn-tcp-cwr", "! --ecn-tcp-cwr", "--ecn-tcp-ece", "! --ecn-tcp-ece",
        "-j ACCEPT", "-j DROP", "-j RETURN", "-j LOG", "--log-prefix", "--log-level", "-j C1", "-g C1", "-j last", "-g last",
        "/24", "/255.0.255.0", "/64", "/ffff::ffff", "-i +", "-o eth0+",
    ];

    [Fact]
    public void Every_word_of_the_language_comes_up()
    {
        var missing = new ConcurrentDictionary<string, Regex>(Words.Select(w => KeyValuePair.Create(w, Whole(w))));
        RuleSetGen.Default.Sample(
            rules =>
            {
                foreach (string found in missing.Where(w => w.Value.IsMatch(rules.Text)).Select(w => w.Key))
                {
                    missing.TryRemove(found, out _);
                }
            },
            iter: 2000);

        Assert.Empty(missing.Keys);
    }

    [Fact]
    public void Chains_only_lead_to_later_user_chains()
    {
        RuleSetGen.Default.Sample(rules =>
        {
            foreach (GeneratedRule rule in rules.Rules)
            {
                Match jump = Regex.Match(rule.Body, "-[jg] ([a-zA-Z][^ ]*)$");
                int to = rules.UserChains.IndexOf(jump.Groups[1].Value);
                Assert.True(to < 0 || to > rules.UserChains.IndexOf(rule.Chain));
            }
        });
    }

    [Fact]
    public void The_text_of_a_family_has_that_familys_rules_only()
    {
        RuleSetGen.Default.Sample(rules =>
        {
            string[] both = RuleLines(rules.Text);
            Assert.Equal(both.Where(l => !l.StartsWith("-6", StringComparison.Ordinal)).Select(l => l.Replace("-4 ", "")), RuleLines(rules.TextOf(Family.IPv4)));
            Assert.Equal(both.Where(l => !l.StartsWith("-4", StringComparison.Ordinal)).Select(l => l.Replace("-6 ", "")), RuleLines(rules.TextOf(Family.IPv6)));
        });
    }

    [Fact]
    public void A_seed_gives_the_same_rule_set_again()
    {
        var texts = new List<string>();
        RuleSetGen.Default.Sample(r => texts.Add(r.Text), seed: "6yDO-E6-CcB1", iter: 1, threads: 1);
        RuleSetGen.Default.Sample(r => texts.Add(r.Text), seed: "6yDO-E6-CcB1", iter: 1, threads: 1);

        Assert.Equal(texts[0], texts[^1]);
    }

    /// <summary>The word at its own end, and without a "!" before it unless it has one of its own.</summary>
    private static Regex Whole(string word) => new($@"(?<!! ){Regex.Escape(word)}(?=\s)");

    private static string[] RuleLines(string text) => [.. text.Split('\n').Where(l => l.StartsWith('-'))];
}

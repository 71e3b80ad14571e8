using CsCheck;
using MiniFirewall.Packets;
using MiniFirewall.Rules.Language;
using MiniFirewall.Rules.Model;
using MiniFirewall.Rules.Names;
using MiniFirewall.Testing.Rules;
using Xunit;

namespace MiniFirewall.Tests.Rules;

/// <summary>A printed rule set reads back to an equal one.</summary>
public sealed class RoundTripTests
{
    /// <summary>Lines that one text of both families may have in any number, beside generated rules.</summary>
    private static readonly string[] Others =
    [
        "-6 -P INPUT DROP", "-4 -P FORWARD DROP", "-P OUTPUT DROP", "-4 -N four", "-6 -N six", "-A INPUT -j C1", "-6 -A C1 -j last",
        "-A OUTPUT -d bigmart.com -j ACCEPT", "-4 -A OUTPUT -d bigmart.com -j ACCEPT", "-A OUTPUT ! -d v6.example", "-A INPUT -s v4.example,v6.example",
        "-A INPUT -s 0.0.0.0/0", "-A INPUT ! -d ::/0", "-A INPUT -i +", "-A INPUT ! -i +", "-A FORWARD -i eth+ ! -o lo", "-4 -F INPUT", "-6 -D INPUT 1",
        "-A INPUT -p tcp --tcp-flags NONE SYN", "-A INPUT -p udp ! --sport :", "-A INPUT -p icmp ! --icmp-type any", "-A INPUT -p icmp --icmp-type 255/3:9",
        "-A INPUT -m comment --comment \"\"", "-A INPUT -m comment --comment \"tab\there \\\\ # ! -j DROP\"", "-A INPUT -m comment --comment -j", "-A INPUT -m comment --comment !",
        "-A INPUT -j LOG --log-prefix \"'\" --log-uid", "[3:4] -A INPUT -c 1 2", "-I INPUT -m mark --mark 0xff/0xf",
    ];

    [Fact]
    public void Print_then_read_gives_an_equal_rule_set()
    {
        Gen<(GeneratedRules, string[])> texts = Gen.Select(RuleSetGen.Default, Gen.OneOf([.. Others]).Array[0, 12]);
        texts.Sample(
            sample =>
            {
                (GeneratedRules generated, string[] others) = sample;
                string text = generated.Text.Replace("COMMIT\n", string.Join('\n', others) + "\nCOMMIT\n", StringComparison.Ordinal);
                if (Reading.Read(text).Rules is { } rules)
                {
                    AssertRoundTrip(rules);
                }
            },
            iter: 2000);
    }

    [Fact]
    public void Most_of_the_generated_texts_are_taken()
    {
        int taken = Others.Count(line => Reading.Read($"*filter\n:C1 - [0:0]\n:last - [0:0]\n{line}\nCOMMIT\n").Rules is not null);
        Assert.True(taken >= Others.Length - 2, $"{taken} of {Others.Length}");
    }

    [Fact]
    public void Names_keep_their_addresses_where_their_table_is_kept()
    {
        RuleSet rules = Reading.Good("-A OUTPUT -d bigmart.com\n-A OUTPUT -s v4.example");
        NameTable kept = NameTable.Parse(NameTable.Of(rules).ToString());
        RuleSet again = RuleSetReader.Read("kept", RuleSetPrinter.Print(rules), Reading.Options() with { Resolver = kept }).Rules!;
        Assert.Equal(rules, again);
        NameTable changed = Reading.Names.With("bigmart.com", Family.IPv4, 1);
        Assert.NotEqual(rules, RuleSetReader.Read("kept", RuleSetPrinter.Print(rules), Reading.Options() with { Resolver = changed }).Rules!);
    }

    [Fact]
    public void Counters_are_printed_where_asked()
    {
        RuleSet rules = Reading.Good("*filter\n:INPUT DROP [1:2]\n[5:6] -A INPUT -j DROP\nCOMMIT\n");
        string text = RuleSetPrinter.Print(rules, (_, rule) => rule.Counters, (chain, family) => family == Family.IPv4 ? chain.PolicyV4.Counters : new Counters(8, 9));
        Assert.Equal(
            "*filter\n:INPUT DROP [1:2]\n:FORWARD ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n-6 -P INPUT DROP -c 8 9\n-6 -P FORWARD ACCEPT -c 8 9\n-6 -P OUTPUT ACCEPT -c 8 9\n[5:6] -A INPUT -j DROP\nCOMMIT\n",
            text);
        Assert.Equal(new Counters(8, 9), Reading.Good(text).Find("INPUT")!.PolicyV6.Counters);
    }

    [Theory]
    [InlineData("-m hashlimit --hashlimit-upto 1/sec --hashlimit-burst 5 --hashlimit-name -Sa")]
    [InlineData("-m recent --set --name -j --mask 255.255.255.255 --rsource")]
    public void Names_that_look_like_options_read_back(string rule)
    {
        RuleSet rules = Restoring.Good($"*filter\n-A INPUT {rule}\nCOMMIT\n");
        Assert.Equal([$"-A INPUT {rule}"], Restoring.SavedRules(rules));
        AssertRoundTrip(rules);
    }

    /// <summary>Fails where the rule set does not read back equal, in the text's order and with the same text again.</summary>
    internal static void AssertRoundTrip(RuleSet rules)
    {
        string printed = RuleSetPrinter.Print(rules);
        ReadResult again = RuleSetReader.Read("printed", printed, Reading.Options());
        Assert.True(again.Rules is not null, printed + string.Join('\n', again.Diagnostics));
        Assert.Equal(rules, again.Rules);
        Assert.Equal(printed, RuleSetPrinter.Print(again.Rules));
    }
}

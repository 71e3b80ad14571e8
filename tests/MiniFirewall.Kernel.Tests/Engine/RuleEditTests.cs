using System.Collections.Immutable;
using CsCheck;
using MiniFirewall.Engine.Counting;
using MiniFirewall.Engine.State.Store;
using MiniFirewall.Packets;
using MiniFirewall.Rules.Diagnostics;
using MiniFirewall.Rules.Language;
using MiniFirewall.Rules.Model;
using MiniFirewall.Rules.Names;
using Xunit;

namespace MiniFirewall.Kernel.Tests.Engine;

public sealed class RuleEditTests
{
    private const string Start = """
        -N web
        -A INPUT -p tcp
        -A INPUT -s 10.0.0.1/32 -j DROP
        -6 -A INPUT -j ACCEPT
        -A INPUT -p udp -m udp --dport 53 -j ACCEPT
        -A INPUT -p tcp
        -A web -j ACCEPT
        """;

    private static readonly NameTable s_names = NameTable.Empty.With("host", Family.IPv4, 1);

    private static readonly string[] s_contents =
        ["", "-s 10.0.0.1,10.0.0.1 -j DROP", "-s 10.0.0.1,10.0.0.2 -j DROP", "-j late", "-g other", "-p tcp -j web", "-p tcp", "-p udp -m udp --dport 53 -j ACCEPT", "-s 10.0.0.1/32 -j DROP", "-j ACCEPT", "-i eth0 -j DROP", "-m comment --comment ü"];

    private static readonly string[] s_chainCommands = ["-F INPUT", "-N late", "-N other", "-X late", "-X other", "-F late", "-X", "-N web"];

    private static readonly Gen<string> s_content = Gen.Int[0, s_contents.Length - 1].Select(i => s_contents[i]);

    private static readonly Gen<string> s_line = Gen.Select(Gen.Bool.Select(isV4 => isV4 ? "iptables" : "ip6tables"), Gen.OneOf(
        s_content.Select(content => $"-A INPUT {content}"),
        Gen.Select(Gen.Int[1, 9], s_content).Select(pair => $"-I INPUT {pair.Item1} {pair.Item2}"),
        s_content.Select(content => $"-I INPUT {content}"),
        Gen.Int[1, 9].Select(number => $"-D INPUT {number}"),
        s_content.Select(content => $"-D INPUT {content}"),
        Gen.Int[0, s_chainCommands.Length - 1].Select(i => s_chainCommands[i]),
        s_content.Select(content => $"-A late {content}"),
        s_content.Select(content => $"-A other {content}"),
        Gen.Int[1, 3].Select(number => $"-D late {number}"),
        Gen.Select(Gen.Int[1, 9], s_content).Select(pair => $"-R INPUT {pair.Item1} {pair.Item2}"))).Select(pair => $"{pair.Item1} {pair.Item2}");

    [Fact]
    public void An_edit_in_place_makes_what_the_whole_rule_set_becomes_by_the_same_command() => s_line.Array[1, 25].Sample(
        lines =>
        {
            RuleSet rules = Parse(Start);
            (byte[] value, byte[] epoch) = Image(rules);
            foreach (string line in lines)
            {
                var store = RuleStore.Open(value, epoch);
                RuleCommand command = Command(line);
                RuleSet? changed = command.ApplyTo(rules).Rules;
                RuleChange? change = RuleEdit.TryStage(store, command);
                Assert.Equal(rules, StoredRuleSet.Read(store, []).Rules);
                Assert.True(changed is not null || change is null, $"{line} is wrong and was staged");
                if (change is not null)
                {
                    change.Commit();
                    rules = changed!;
                    Assert.Equal(rules, StoredRuleSet.Read(RuleStore.Open(value, epoch), []).Rules);
                }
            }
        },
        iter: 200);

    [Theory]
    [InlineData("iptables -A INPUT -j DROP")]
    [InlineData("iptables -I INPUT 5 -j DROP")]
    [InlineData("ip6tables -I INPUT 1 -j DROP")]
    [InlineData("iptables -D INPUT 4")]
    [InlineData("iptables -D INPUT -s 10.0.0.1 -j DROP")]
    [InlineData("iptables -R INPUT 2 -j DROP")]
    [InlineData("iptables -A INPUT -s host")]
    [InlineData("iptables -F INPUT")]
    [InlineData("iptables -F")]
    [InlineData("iptables -N new")]
    [InlineData("iptables -A INPUT -j web")]
    [InlineData("iptables -A INPUT -s 10.0.0.1,10.0.0.2")]
    [InlineData("iptables -I INPUT -s 10.0.0.1,10.0.0.2 -g web")]
    [InlineData("iptables -A INPUT -j DROP -c 1 2")]
    public void Changes_of_one_rule_are_made_in_place(string line) => Assert.NotNull(RuleEdit.TryStage(Make(Parse(Start)), Command(line)));

    [Theory]
    [InlineData("iptables -A web -j web")]
    [InlineData("iptables -A nowhere -j DROP")]
    [InlineData("iptables -P INPUT DROP")]
    [InlineData("iptables -N web")]
    [InlineData("iptables -X web")]
    [InlineData("iptables -F nowhere")]
    [InlineData("iptables -I INPUT 6 -j DROP")]
    [InlineData("iptables -D INPUT 5")]
    [InlineData("iptables -D INPUT -p sctp")]
    [InlineData("iptables -R INPUT 1 -j DROP")]
    [InlineData("iptables -R INPUT 9 -j DROP")]
    public void What_is_wrong_or_needs_more_than_one_rule_is_left_for_the_whole_rule_set(string line) =>
        Assert.Null(RuleEdit.TryStage(Make(Parse(Start)), Command(line)));

    [Fact]
    public void A_change_tells_what_it_ends_and_begins()
    {
        RuleStore store = Make(Parse(Start));
        RuleChange change = RuleEdit.TryStage(store, Command("iptables -D INPUT 3"))!;
        Assert.Equal((3, FamilySet.Both), (Assert.Single(change.Ended).Position, change.Ended[0].Families));
        Assert.Equal((FamilySet.IPv6, change.Ended[0].Label), (Assert.Single(change.Begun).Stored.Families, change.Begun[0].Stored.Label));
        change = RuleEdit.TryStage(store, Command("iptables -A INPUT -j DROP"))!;
        Assert.Empty(change.Ended);
        Assert.Equal("-j DROP", Assert.Single(change.Begun).Rule!.ToString());
        Assert.Equal(2u, change.Epoch);
    }

    private static RuleCommand Command(string line)
    {
        string[] words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var options = new ReadOptions
        {
            Families = words[0] == "iptables" ? FamilySet.IPv4 : FamilySet.IPv6,
            Resolver = s_names,
            Names = NetworkNames.BuiltIn,
        };

        // An IPv4 address is none of ip6tables': such a line is taken for iptables.
        if (line.Contains("10.0.0.", StringComparison.Ordinal))
        {
            options = options with { Families = FamilySet.IPv4 };
        }

        RuleCommand? command = RuleCommand.Read(words[0], words[1..], options, out ImmutableArray<Diagnostic> diagnostics);
        Assert.Empty(diagnostics);
        return command!;
    }

    private static RuleSet Parse(string text)
    {
        ReadResult result = RuleSetReader.Read("rules", text, new ReadOptions { Resolver = s_names, Names = NetworkNames.BuiltIn });
        Assert.Empty(result.Diagnostics);
        return result.Rules!;
    }

    private static RuleStore Make(RuleSet rules)
    {
        (byte[] value, byte[] epoch) = Image(rules);
        return RuleStore.Open(value, epoch);
    }

    private static (byte[] Value, byte[] Epoch) Image(RuleSet rules)
    {
        SlotPlan plan = SlotPlan.First(CountedPlaces.Of(rules).Length);
        (ImmutableArray<RuleSlots> policies, ImmutableArray<RuleSlots> slots) = CountedPlaces.SlotsOf(rules, plan);
        byte[] value = RuleStoreImage.Make(
            rules, RuleLines.Of(rules), policies, slots, RuleLabels.Spread(rules), plan.Capacity, plan.FirstFreshSlot, DateTimeOffset.UnixEpoch);
        var epoch = new byte[EpochWord.Size];
        _ = new EpochWord(epoch) { Value = EpochWord.First };
        return (value, epoch);
    }
}

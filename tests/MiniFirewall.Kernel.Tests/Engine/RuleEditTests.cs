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

    private const string Chains = """
        -4 -N four
        -6 -N six
        -N both
        -4 -N gone
        -4 -N full
        -4 -A full -j ACCEPT
        -4 -A full -g four
        -4 -A INPUT -p tcp -j four
        -4 -A INPUT -j DROP
        -6 -A INPUT -j six
        """;

    private static readonly string[] s_chainNames = ["four", "six", "both", "gone", "new", "other"];

    private static readonly string[] s_allCommands = ["-X", "-F", "-D INPUT 1", "-F INPUT"];

    private static readonly Gen<string> s_chainName = Gen.Int[0, s_chainNames.Length - 1].Select(i => s_chainNames[i]);

    private static readonly Gen<(string, bool)> s_chainLine = Gen.Select(
        Gen.Bool.Select(isV4 => isV4 ? "iptables" : "ip6tables"),
        Gen.OneOf(
            s_chainName.Select(name => $"-N {name}"),
            s_chainName.Select(name => $"-X {name}"),
            Gen.Select(s_chainName, s_chainName).Select(pair => $"-E {pair.Item1} {pair.Item2}"),
            Gen.Select(s_chainName, s_chainName).Select(pair => $"-E {pair.Item1} {pair.Item2}"),
            s_chainName.Select(name => $"-F {name}"),
            Gen.Int[0, s_allCommands.Length - 1].Select(i => s_allCommands[i]),
            s_chainName.Select(name => $"-A INPUT -j {name}"),
            s_chainName.Select(name => $"-D INPUT -j {name}"),
            Gen.Select(s_chainName, s_chainName).Select(pair => $"-A {pair.Item1} -g {pair.Item2}"),
            Gen.Select(s_chainName, s_chainName).Select(pair => $"-I {pair.Item1} -j {pair.Item2}"),
            s_chainName.Select(name => $"-D {name} 1")),
        Gen.Frequency((6, Gen.Const(true)), (1, Gen.Const(false)))).Select(line => ($"{line.Item1} {line.Item2}", line.Item3));

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
    [InlineData("iptables -X INPUT")]
    [InlineData("iptables -E web other")]
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

    /// <summary>As staged, never committed: what a killed writer leaves is nobody's.</summary>
    [Theory]
    [InlineData("iptables -X gone")]
    [InlineData("iptables -E four other")]
    [InlineData("iptables -X both")]
    public void What_happens_to_a_loaded_chain_is_seen_from_its_epoch_on(string line)
    {
        RuleSet before = Parse(Chains);
        (byte[] value, byte[] epoch) = Image(before);
        RuleSet after = Command(line).ApplyTo(before).Rules!;
        Assert.NotEqual(before, after);

        var reader = RuleStore.Open(value, epoch);
        Assert.NotNull(RuleEdit.TryStage(RuleStore.Open(value, epoch), Command(line)));
        Assert.Equal(before, StoredRuleSet.Read(RuleStore.Open(value, epoch), []).Rules);
        RuleChange change = RuleEdit.TryStage(RuleStore.Open(value, epoch), Command("iptables -N new"))!;
        change.Commit();
        Assert.Equal(Command("iptables -N new").ApplyTo(before).Rules, StoredRuleSet.Read(RuleStore.Open(value, epoch), []).Rules);

        RuleEdit.TryStage(RuleStore.Open(value, epoch), Command("iptables -X new"))!.Commit();
        RuleEdit.TryStage(RuleStore.Open(value, epoch), Command(line))!.Commit();
        Assert.Equal(after, StoredRuleSet.Read(RuleStore.Open(value, epoch), []).Rules);
        Assert.Equal(before, StoredRuleSet.Read(reader, []).Rules);
    }

    [Theory]
    [InlineData("iptables -X four", "a rule goes to it")]
    [InlineData("iptables -X full", "it has a rule")]
    [InlineData("iptables -X", "some are used")]
    [InlineData("ip6tables -X four", "it is of the other family")]
    [InlineData("iptables -E both other", "it is of both families")]
    [InlineData("ip6tables -E six four", "the other family has a chain of that name")]
    [InlineData("iptables -E four src", "a set's direction")]
    [InlineData("iptables -E four DROP", "a target")]
    [InlineData("iptables -E four #x", "a comment")]
    [InlineData("iptables -E four four", "its own name")]
    [InlineData("iptables -E nowhere other", "there is none")]
    [InlineData("iptables -E INPUT other", "a hook's chain")]
    public void Chains_that_stay_are_left_for_the_whole_rule_set(string line, string why) => Assert.True(RuleEdit.TryStage(Make(Parse(Chains)), Command(line)) is null, why);

    [Fact]
    public void Rules_that_name_what_is_beside_them_are_marked()
    {
        string others = string.Concat(Enumerable.Range(1, 300).Select(port => $"-A INPUT -p udp --dport {port} -j DROP\n"));
        RuleSet rules = Parse(others + "-A INPUT -m recent --name a --set\n" + others + "-A OUTPUT -j MARK --set-mark 1\n-A OUTPUT -m comment --comment \"-m recent\" -j DROP\n");
        (byte[] value, byte[] epoch) = Image(rules);
        Assert.Equal("300 601 602", Named());
        StoreHeader header = StoreHeader.Read(value);
        value.AsSpan(header.Marks, header.Index - header.Marks).Clear();
        value[header.Marks] = 1 << 5;
        Assert.Equal("5", Named());
        RuleEdit.TryStage(RuleStore.Open(value, epoch), Command("iptables -A INPUT -j MARK --set-mark 2"))!.Commit();
        Assert.Equal("5 -1", Named());

        // The version before has no marks: its header is the same without their place.
        value["MFW".Length] = (byte)'5';
        value.AsSpan(60, 8).CopyTo(value.AsSpan(56));
        Assert.Equal("300 -1 601 602", Named());
        RuleEdit.TryStage(RuleStore.Open(value, epoch), Command("iptables -D INPUT 301"))!.Commit();
        Assert.Equal("-2 -1 601 602", Named());

        string Named()
        {
            RuleStore store = RuleStore.Open(value, epoch);
            return string.Join(' ', Enumerable.Range(0, store.Chains.Length).SelectMany(chain => store.NamingRulesOf(chain, store.Epoch)).Select(rule => rule.Position));
        }
    }

    [Fact]
    public void Ways_of_renamed_chains_stay()
    {
        (byte[] value, byte[] epoch) = Image(Parse(Chains));
        RuleEdit.TryStage(RuleStore.Open(value, epoch), Command("iptables -E four other"))!.Commit();
        Assert.Null(RuleEdit.TryStage(RuleStore.Open(value, epoch), Command("iptables -A other -j full")));
        RuleEdit.TryStage(RuleStore.Open(value, epoch), Command("iptables -E full four"))!.Commit();
        Assert.Null(RuleEdit.TryStage(RuleStore.Open(value, epoch), Command("iptables -A other -j four")));
        Assert.NotNull(RuleEdit.TryStage(RuleStore.Open(value, epoch), Command("iptables -A four -j other")));
    }

    [Fact]
    public void A_name_that_images_know_another_chain_by_is_a_new_chains_too()
    {
        (byte[] value, byte[] epoch) = Image(Parse(Chains));
        RuleEdit.TryStage(RuleStore.Open(value, epoch), Command("iptables -E four other"))!.Commit();
        foreach (string line in (string[])["iptables -N four", "iptables -A INPUT -j four", "iptables -A four -j other"])
        {
            RuleEdit.TryStage(RuleStore.Open(value, epoch), Command(line))!.Commit();
        }

        var both = RuleStore.Open(value, epoch);
        RuleSet read = StoredRuleSet.Read(both, []).Rules;
        Assert.Equal(["-p tcp -j other", "-j four", "-g other", "-j other"], read.Chains.SelectMany(chain => chain.Rules).Where(rule => rule.Target is JumpTarget && rule.ToString() != "-j six").Select(rule => rule.ToString()));
        Assert.Equal(both.FindMadeChain("four"), both.FindChain("other"));
        foreach (string line in (string[])["iptables -D INPUT -j four", "iptables -F four", "iptables -X four", "iptables -D INPUT -p tcp -j other", "iptables -F full", "iptables -X other", "iptables -N four", "iptables -A INPUT -j four"])
        {
            RuleEdit.TryStage(RuleStore.Open(value, epoch), Command(line))!.Commit();
        }

        RuleSet rules = StoredRuleSet.Read(RuleStore.Open(value, epoch), []).Rules;
        Assert.Equal("-j four", rules.Find("INPUT")!.Rules[^1].ToString());
        Assert.Null(rules.Find("other"));
    }

    [Fact]
    public void A_text_that_only_ends_like_a_rule_to_a_renamed_chain_stays()
    {
        RuleSet rules = Parse("-4 -N four\n-4 -A INPUT -m comment --comment \"-j four\"\n-4 -A INPUT -m comment --comment four\n-4 -A INPUT -g four\n-4 -A FORWARD -j four\n");
        (byte[] value, byte[] epoch) = Image(rules);
        RuleEdit.TryStage(RuleStore.Open(value, epoch), Command("iptables -E four f.our"))!.Commit();
        var store = RuleStore.Open(value, epoch);
        Assert.Equal(["-m comment --comment \"-j four\"", "-m comment --comment four", "-g f.our", "-j f.our"],
            StoredRuleSet.Read(store, []).Rules.Chains.SelectMany(chain => chain.Rules).Select(rule => rule.ToString()));
        Assert.Null(store.FindByText(0, "-g four", Family.IPv4));
        Assert.NotNull(store.FindByText(0, "-g f.our", Family.IPv4));
        Assert.NotNull(store.FindByText(0, "-m comment --comment four", Family.IPv4));
    }

    /// <summary>Chains of all kinds come, go and change their names, between rules that go to them; a writer may die, and readers stay where they were.</summary>
    [Fact]
    public void Chains_in_place_are_what_the_whole_rule_set_makes_of_them()
    {
        int beside = 0, made = 0;
        s_chainLine.Array[1, 40].Sample(
            lines =>
            {
                RuleSet rules = Parse(Chains);
                (byte[] value, byte[] epoch) = Image(rules);
                List<(RuleStore Store, RuleSet Rules)> readers = [];
                foreach ((string line, bool lives) in lines)
                {
                    var store = RuleStore.Open(value, epoch);
                    readers.Add((store, rules));
                    RuleSet? changed = Command(line).ApplyTo(rules).Rules;
                    RuleChange? change = RuleEdit.TryStage(RuleStore.Open(value, epoch), Command(line));
                    Assert.True(changed is not null || change is null, $"{line} is wrong and was staged");
                    if (changed is null || !lives)
                    {
                        Assert.Equal(rules, StoredRuleSet.Read(RuleStore.Open(value, epoch), []).Rules);
                        continue;
                    }

                    rules = changed;
                    Interlocked.Increment(ref made);
                    if (change is null)
                    {
                        Assert.All(readers, reader => Assert.Equal(reader.Rules, StoredRuleSet.Read(reader.Store, []).Rules));
                        readers.Clear();
                        (value, epoch) = Image(rules);
                        continue;
                    }

                    change.Commit();
                    Interlocked.Increment(ref beside);
                    AssertIs(RuleStore.Open(value, epoch), rules);
                }

                Assert.All(readers, reader => Assert.Equal(reader.Rules, StoredRuleSet.Read(reader.Store, []).Rules));
            },
            iter: 300);
        Assert.True(beside > made * 2 / 3, $"of {made} changes {beside} were made in place");
    }

    private static void AssertIs(RuleStore store, RuleSet rules)
    {
        RuleSet read = StoredRuleSet.Read(store, []).Rules;
        Assert.Equal(rules, read);
        Assert.Equal<IEnumerable<CounterKey>>(CountedPlaces.KeysOf(read, RuleLines.Of(read)), StoredContents.Of(store).Keys());
        foreach ((Chain chain, string target, Family family) in rules.Chains.SelectMany(chain => s_chainNames.SelectMany(name => CountedPlaces.Families.Select(family => (chain, name, family)))))
        {
            bool isThere = chain.Rules.Any(rule => rule.ToString() == $"-j {target}" && rule.Families.Has(family));
            Assert.Equal(isThere, store.FindByText(store.FindChain(chain.Name)!.Value, $"-j {target}", family) is not null);
        }

        Assert.Equal(rules.Chains.Select(chain => chain.Name), store.Chains.Select(stored => stored.Chain.Name));
        Assert.Equal(store.Chains.Length, store.Chains.Select(stored => stored.MadeName).Distinct().Count());
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

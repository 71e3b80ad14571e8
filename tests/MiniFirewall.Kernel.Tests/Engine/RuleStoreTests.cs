using System.Collections.Immutable;
using System.Text;
using CsCheck;
using MiniFirewall.Engine;
using MiniFirewall.Engine.Counting;
using MiniFirewall.Engine.State.Store;
using MiniFirewall.Packets;
using MiniFirewall.Rules.Language;
using MiniFirewall.Rules.Model;
using MiniFirewall.Rules.Names;
using Xunit;

namespace MiniFirewall.Kernel.Tests.Engine;

public sealed class RuleStoreTests
{
    private const string Text = """
        *filter
        :INPUT DROP [0:0]
        :FORWARD ACCEPT [0:0]
        :OUTPUT ACCEPT [0:0]
        :web - [0:0]
        -4 -N old
        -6 -P OUTPUT DROP
        -A INPUT -p tcp -m tcp --dport 80 -j web
        -A INPUT -s 10.0.0.0/8 -j old
        -A INPUT -s bigmart.com ! -d 2001:db8::1/128 -m comment --comment "a \"quoted\" ü"
        -6 -A INPUT -j ACCEPT
        -A INPUT
        -A web -d bigmart.com -j DROP
        -A web -p icmp -j ACCEPT
        COMMIT
        """;

    private static readonly NameTable s_names = NameTable.Empty
        .With("bigmart.com", Family.IPv4, 0x0a000001).With("bigmart.com", Family.IPv6, 1).With("bigmart.com", Family.IPv6, UInt128.MaxValue);

    /// <summary>What may be asked of a list: put a rule of that text somewhere, take one away, and whether the writer lives to commit.</summary>
    private static readonly Gen<(int Kind, int Where, int Content, bool Lives)[]> s_changes =
        Gen.Select(Gen.Int[0, 2], Gen.Int[0, 300], Gen.Int[0, 30], Gen.Frequency((4, Gen.Const(true)), (1, Gen.Const(false)))).Array[1, 40];

    [Fact]
    public void What_is_stored_is_read()
    {
        RuleSet rules = Parse(Text);
        StoredRuleSet read = StoredRuleSet.Read(Make(rules), []);
        Assert.Equal(rules, read.Rules);
        Assert.Equal(Enumerable.Range(1, CountedPlaces.Of(rules).Length), read.Slots);
        Assert.DoesNotContain(true, read.Kept);
    }

    [Fact]
    public void More_rules_than_a_chunk_has_are_read_in_their_order()
    {
        RuleSet rules = Many(1000);
        Assert.Equal(rules, StoredRuleSet.Read(Make(rules), []).Rules);
    }

    [Fact]
    public void Two_answers_for_one_name_are_both_kept()
    {
        RuleSet first = Parse("-A INPUT -s bigmart.com -j DROP");
        RuleSet second = Parse("-A INPUT -s bigmart.com -j DROP", NameTable.Empty.With("bigmart.com", Family.IPv4, 7));
        Chain input = first.Chains[0] with { Rules = [.. first.Chains[0].Rules, .. second.Chains[0].Rules] };
        RuleSet both = new([input, .. first.Chains.Skip(1)]);
        Assert.Equal(both, StoredRuleSet.Read(Make(both), []).Rules);
    }

    [Fact]
    public void Keys_of_what_is_stored_are_those_of_the_rules()
    {
        RuleSet rules = Parse(Text);
        Assert.Equal<IEnumerable<CounterKey>>(CountedPlaces.KeysOf(rules, RuleLines.Of(rules)), StoredContents.Of(Make(rules)).Keys());
    }

    [Fact]
    public void A_value_cut_short_is_refused()
    {
        byte[] whole = Image(Parse(Text));
        int length = StoreHeader.Read(whole).Length;
        for (int end = 0; end < length; end++)
        {
            FirewallException refusal = Assert.Throws<FirewallException>(() => RuleStore.Open(whole.AsMemory(0, end), new byte[EpochWord.Size]));
            Assert.Equal(FirewallFailure.Refused, refusal.Failure);
        }
    }

    [Fact]
    public void A_rule_is_found_by_number_among_those_of_its_family()
    {
        RuleStore store = Make(Parse(Text));
        int input = store.FindChain("INPUT")!.Value;
        Assert.Null(store.FindChain("nowhere"));
        Assert.Equal("-s 10.0.0.0/8 -j old", TextOf(store, store.Find(input, 2, Family.IPv4)));
        Assert.Equal("-j ACCEPT", TextOf(store, store.Find(input, 3, Family.IPv6)));
        Assert.Equal("", TextOf(store, store.Find(input, 3, Family.IPv4)));
        Assert.Null(store.Find(input, 4, Family.IPv4));
        Assert.Equal((3, 4), (store.Count(input, Family.IPv4), store.Count(input, Family.IPv6)));
    }

    [Fact]
    public void A_rule_is_found_by_text_the_first_of_equals()
    {
        RuleStore store = Make(Parse("-A INPUT -j DROP\n-6 -A INPUT -j ACCEPT\n-A INPUT -j ACCEPT\n-A INPUT -j ACCEPT\n-A FORWARD -j ACCEPT\n"));
        int input = store.FindChain("INPUT")!.Value;
        Assert.Equal(2, store.FindByText(input, "-j ACCEPT", Family.IPv4)!.Value.Position);
        Assert.Equal(1, store.FindByText(input, "-j ACCEPT", Family.IPv6)!.Value.Position);
        Assert.Null(store.FindByText(input, "-j RETURN", Family.IPv6));
    }

    [Fact]
    public void A_rule_deleted_for_one_family_stays_for_the_other_in_its_place_with_its_counter()
    {
        RuleStore store = Make(Parse("-A INPUT -p tcp\n-A INPUT -p udp\n-A INPUT -p sctp\n"));
        int input = store.FindChain("INPUT")!.Value;
        StoredRule rule = store.Find(input, 2, Family.IPv4)!.Value;
        RuleSlots slots = store.SlotsOf(rule);
        RuleChange change = store.Begin();
        Assert.True(change.TryDelete(rule, FamilySet.IPv4));
        change.Commit();
        Assert.Null(store.FindByText(input, "-p udp", Family.IPv4));
        StoredRule left = store.Find(input, 2, Family.IPv6)!.Value;
        Assert.Equal(("-p udp", FamilySet.IPv6, rule.Label), (TextOf(store, left), left.Families, left.Label));
        Assert.Equal(new RuleSlots(0, slots.V6), store.SlotsOf(left));
        Assert.Equal(["-p tcp", "-p udp", "-p sctp"], Texts(store));
    }

    [Fact]
    public void Nothing_of_a_change_is_seen_before_it_is_committed()
    {
        RuleStore store = Make(Many(300));
        List<string> before = Texts(store);
        Stage(store, 0, 7, 1);
        Assert.Equal(before, Texts(store));
        RuleChange second = Stage(store, 1, 3, 2);
        second.Commit();
        before.RemoveAt(3);
        Assert.Equal(before, Texts(store));
    }

    [Fact]
    public void Changes_one_after_another_make_what_a_list_becomes_by_them() => s_changes.Sample(
        changes =>
        {
            var memory = new SharedMemory(Many(200));
            RuleStore store = memory.Open();
            List<string> model = Texts(store);
            foreach ((int kind, int where, int content, bool lives) in changes)
            {
                int at = where % (model.Count + 1);
                if (kind == 1 && at == model.Count)
                {
                    continue;
                }

                RuleChange change = Stage(store, kind, at, content);
                if (lives)
                {
                    change.Commit();
                    Apply(model, kind, at, content);
                }

                store = memory.Open();
                Assert.Equal(model, Texts(store));
            }

            StoredRuleSet read = StoredRuleSet.Read(store, []);
            Assert.Equal(model, read.Rules.Find("FORWARD")!.Rules.Select(rule => rule.ToString()));
            Assert.Equal(read.Slots.Length, read.Slots.Distinct().Count());
            Assert.All(read.Slots, slot => Assert.InRange(slot, 1, store.FirstFreshSlot - 1));
        },
        iter: 100);

    [Fact]
    public void A_full_store_says_so()
    {
        RuleStore store = Make(Many(1));
        int added = 0;
        while (Stage(store, 2, 0, 1) is { } change && store.RecordCount > added)
        {
            change.Commit();
            added++;
        }

        Assert.Equal(store.Header.RecordCapacity, added);
        Assert.Equal(added + 1, Texts(store).Count);
    }

    [Fact]
    public void Labels_grow_along_a_chain_and_leave_room()
    {
        uint[] labels = RuleLabels.Spread(Many(100_000));
        for (int i = 1; i < labels.Length; i++)
        {
            Assert.InRange(RuleLabels.Between(labels[i - 1], labels[i], 1)![0], labels[i - 1] + 1, labels[i] - 1);
        }

        Assert.InRange(RuleLabels.Between(0, labels[0], 1)![0], 1u, labels[0] - 1);
        Assert.InRange(RuleLabels.Between(labels[^1], uint.MaxValue, 1)![0], labels[^1] + 1, uint.MaxValue - 1);
        Assert.Null(RuleLabels.Between(5, 6, 1));
    }

    /// <summary>Kind 0 puts a rule at a place, 1 takes one away, 2 puts one at the end.</summary>
    private static RuleChange Stage(RuleStore store, int kind, int at, int content)
    {
        int chain = store.FindChain("FORWARD")!.Value;
        RuleChange change = store.Begin();
        StoredRule? there = kind == 2 ? null : store.Find(chain, at + 1, Family.IPv4);
        if (kind == 1)
        {
            Assert.True(change.TryDelete(there!.Value, FamilySet.Both));
        }
        else if (store.FreshSlots(FamilySet.IPv4) is { } slots)
        {
            (uint low, uint high) = store.GapBefore(chain, there);
            change.TryAdd(chain, RuleLabels.Between(low, high, 1)![0], FamilySet.IPv4, ContentOf(content), slots, new Rule());
        }

        return change;
    }

    /// <summary>A store of a version before says no more than that some rule is not for every hook.</summary>
    [Theory]
    [InlineData(0, 0)]
    [InlineData(1, HookBounds.All)]
    [InlineData(1 << (int)Hook.Forward, 1 << (int)Hook.Forward)]
    public void Hooks_that_a_chain_is_not_for_are_read(byte written, byte read)
    {
        using var bytes = new MemoryStream();
        using var writer = new BinaryWriter(bytes);
        new StoredChain(new Chain("a", null, FamilySet.Both, []), default, 0, 0) { RefusedHooks = written }.Write(writer);
        writer.Flush();
        bytes.Position = 0;
        using var reader = new BinaryReader(bytes);
        Assert.Equal(read, StoredChain.Read(reader).RefusedHooks);
    }

    private static void Apply(List<string> model, int kind, int at, int content)
    {
        if (kind == 1)
        {
            model.RemoveAt(at);
        }
        else
        {
            model.Insert(kind == 2 ? model.Count : at, ContentOf(content));
        }
    }

    private static string ContentOf(int number) => $"-s 10.1.0.{number}/32 -p tcp -m tcp --dport {number} -j DROP";

    private static List<string> Texts(RuleStore store) => [.. store.Chains.SelectMany((_, i) => store.RulesOf(i)).Select(rule => TextOf(store, rule)!)];

    private static string? TextOf(RuleStore store, StoredRule? rule) => rule is { } found ? Encoding.UTF8.GetString(store.TextOf(found)) : null;

    private static RuleSet Many(int rules) =>
        Parse(string.Concat(Enumerable.Range(0, rules).Select(i => $"-A FORWARD -s 10.0.{i >> 8 & 255}.{i & 255} -p udp -m udp --dport {i % 5} -j ACCEPT\n")));

    private static RuleSet Parse(string text, NameTable? names = null)
    {
        ReadResult result = RuleSetReader.Read("rules", text, new ReadOptions { Resolver = names ?? s_names, Names = NetworkNames.BuiltIn });
        Assert.Empty(result.Diagnostics);
        return result.Rules!;
    }

    private static RuleStore Make(RuleSet rules) => new SharedMemory(rules).Open();

    private static byte[] Image(RuleSet rules)
    {
        ImmutableArray<CountedPlace> places = CountedPlaces.Of(rules);
        SlotPlan plan = SlotPlan.First(places.Length);
        (ImmutableArray<RuleSlots> policies, ImmutableArray<RuleSlots> slots) = CountedPlaces.SlotsOf(rules, plan);
        return RuleStoreImage.Make(
            rules, RuleLines.Of(rules), policies, slots, RuleLabels.Spread(rules), plan.Capacity, plan.FirstFreshSlot, DateTimeOffset.UnixEpoch);
    }

    /// <summary>What processes share of a store.</summary>
    private sealed class SharedMemory
    {
        private readonly byte[] _value;
        private readonly byte[] _epoch = new byte[EpochWord.Size];

        internal SharedMemory(RuleSet rules)
        {
            _value = Image(rules);
            _ = new EpochWord(_epoch) { Value = EpochWord.First };
        }

        internal RuleStore Open() => RuleStore.Open(_value, _epoch);
    }
}

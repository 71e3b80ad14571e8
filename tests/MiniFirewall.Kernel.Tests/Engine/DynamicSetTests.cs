using MiniFirewall.Engine;
using MiniFirewall.Engine.Sets;
using MiniFirewall.EngineAgent;
using MiniFirewall.Kernel.Tests.Differential;
using MiniFirewall.Packets;
using MiniFirewall.Policy;
using MiniFirewall.Policy.Sets;
using MiniFirewall.Rules.Names;
using MiniFirewall.Rules.Sets;
using Xunit;

namespace MiniFirewall.Kernel.Tests.Engine;

/// <summary>Sets that packets change go on over rule sets, as the file says else, and end with their time.</summary>
public sealed class DynamicSetTests : IDisposable
{
    private const string Banning = "-A INPUT -p udp --dport 1001 -j SET --add-set banned src\n-A INPUT -p udp --dport 1002 -m set --match-set banned src -j DROP\n";

    private readonly TestNamespace _namespace = new();

    public void Dispose() => _namespace.Dispose();

    [Fact]
    public void What_packets_put_in_is_met_at_once_and_outlives_a_rule_set()
    {
        _namespace.Apply("set banned type hash:ip { 192.0.2.1 }\n-A INPUT -p udp --dport 1002 -m set --match-set banned src -j DROP\n");
        Assert.Equal("", Dropped());
        _namespace.Apply("set banned type hash:ip { 192.0.2.1 }\n" + Banning);
        Assert.Equal("4:1002 6:1002", Dropped());
        Assert.Equal(["127.0.0.1", "192.0.2.1", "::1"], Elements());

        // The file says other things of its own elements; what packets put in stays.
        _namespace.Apply("set banned type hash:ip { 192.0.2.2 }\n-A INPUT -p udp --dport 1002 -m set --match-set banned src -j DROP\n-A OUTPUT -j SET --del-set banned dst\n");
        Assert.Equal(["127.0.0.1", "192.0.2.2", "::1"], Elements());
        Assert.Equal("", Dropped());
        Assert.Equal(["192.0.2.2"], Elements());
    }

    [Fact]
    public void A_set_that_is_made_otherwise_begins_anew()
    {
        _namespace.Apply("set banned type hash:ip { }\n" + Banning);
        Dropped();
        _namespace.Apply("set banned type hash:ip maxelem 5 { }\n" + Banning);
        Assert.Empty(Elements());
    }

    [Fact]
    public void A_failed_apply_leaves_sets_as_they_are()
    {
        _namespace.Apply("set banned type hash:ip maxelem 3 { 192.0.2.1 }\n" + Banning);
        Dropped();
        var parts = new EngineParts { AfterStep = step => throw new InvalidOperationException(step) };
        Assert.Throws<InvalidOperationException>(() => _namespace.Apply("set banned type hash:ip maxelem 3 { 192.0.2.9 }\n" + Banning, parts));
        FirewallException full = Assert.Throws<FirewallException>(() => _namespace.Apply("set banned type hash:ip maxelem 3 { 192.0.2.9 }\n" + Banning));
        Assert.Equal("set banned is full: it has room for 3 elements (maxelem)", full.Message);
        Assert.Equal(["127.0.0.1", "192.0.2.1", "::1"], Elements());
    }

    [Fact]
    public void An_element_goes_when_its_time_is_over_and_a_full_set_has_room_again()
    {
        int seconds = Budget.Patience;
        TimeSpan over = TimeSpan.FromSeconds(seconds) + TimeSpan.FromMilliseconds(100);

        // Time enough for a slow machine to find the set full.
        _namespace.Apply("set banned type hash:ip timeout 300 maxelem 2 { }\n" + Banning);
        Assert.Equal("4:1002 6:1002", Dropped());
        Assert.InRange(State("127.0.0.1").Seconds!.Value, 1u, 300u);
        FirewallException full = Assert.Throws<FirewallException>(() => Edit(SetEdit.Add, "192.0.2.1"));
        Assert.Contains("is full", full.Message, StringComparison.Ordinal);

        Assert.Equal(2, Edit(SetEdit.Remove, "127.0.0.1", "::1"));
        _namespace.Apply($"set banned type hash:ip timeout {seconds} maxelem 2 {{ }}\n" + Banning);
        Assert.Equal("4:1002 6:1002", Dropped());
        Thread.Sleep(over);
        Assert.Empty(Elements());
        Assert.Equal("4:1002 6:1002", Dropped());
        Thread.Sleep(over);
        Edit(SetEdit.Add, "192.0.2.1 timeout 100", "192.0.2.2 timeout 0");
        Assert.Equal(["192.0.2.1", "192.0.2.2"], Elements());
        Assert.InRange(State("192.0.2.1").Seconds!.Value, 99u, 100u);
        Assert.Equal(0u, State("192.0.2.2").Seconds);
        Assert.Equal("", Dropped());
        Assert.Equal(2, Edit(SetEdit.Remove, "192.0.2.1", "192.0.2.2"));
        Assert.Equal("4:1002 6:1002", Dropped());
    }

    [Fact]
    public void Counters_go_on_and_can_be_given()
    {
        const string Rules = "set seen counters comment { 127.0.0.0/8 comment \"loop\", ::1 packets 5 bytes 6 }\n-A INPUT -p udp --dport 1001 -m set --match-set seen src --packets-gt 2 -j DROP\n";
        _namespace.Apply(Rules);
        Assert.Equal("6:1001", Dropped());
        Assert.Equal("6:1001", Dropped());
        _namespace.Apply(Rules + "-A INPUT -j ACCEPT\n");
        Assert.Equal("4:1001 6:1001", Dropped());
        SetElementState state = State("127.0.0.0/8", "seen");
        Assert.Equal((3UL, "loop"), (state.Packets, state.Comment));
        Edit("seen", SetEdit.Add, "127.0.0.0/8 packets 0 bytes 0");
        Assert.Equal("6:1001", Dropped());
    }

    /// <summary>A rule by itself makes a set one that packets change, with the elements that it has.</summary>
    [Fact]
    public void A_change_of_one_rule_makes_a_set_one_that_packets_change()
    {
        _namespace.Apply("set banned type hash:ip family inet { 192.0.2.1 }\n-4 -A INPUT -p udp --dport 1002 -m set --match-set banned src -j DROP\n");
        Change("-I INPUT -p udp --dport 1001 -j SET --add-set banned src");
        Assert.Equal("4:1002", Dropped());
        Change("-D INPUT 1");
        Change("-A INPUT -p udp --dport 1003 -j DROP");
        Assert.Equal("4:1002", Dropped());
        Assert.Equal(["127.0.0.1", "192.0.2.1"], Elements());
    }

    [Fact]
    public void Networks_are_found_by_the_longest_prefix_and_put_in_by_it()
    {
        _namespace.Apply("set banned timeout 100 { 127.0.0.0/8 nomatch, 127.0.0.0/16 timeout 0 }\n" + Banning);
        Assert.Equal("4:1002 6:1002", Dropped());
        Assert.Equal(["127.0.0.0/16", "127.0.0.0/8 nomatch", "::1"], Elements());
        Edit(SetEdit.Replace, "127.0.0.0/8 nomatch", "10.0.0.0/24");
        Assert.Equal("4:1002 6:1002", Dropped());
        Assert.Equal(["10.0.0.0/24", "127.0.0.0/24", "127.0.0.0/8 nomatch", "::1"], Elements());
        Assert.True(Holds("127.0.0.9"));
        Assert.False(Holds("127.1.0.9"));
    }

    private bool Holds(string entry) => _namespace.Run(() => _namespace.Open().SetHolds("banned", set => Read(set, [entry])));

    private int Edit(SetEdit edit, params string[] entries) => Edit("banned", edit, entries);

    private int Edit(string name, SetEdit edit, params string[] entries) => _namespace.Run(() => _namespace.Open().EditSet(name, edit, set => Read(set, entries)));

    private static SetElements Read(NamedSet set, string[] entries)
    {
        var elements = new SetElements();
        var reader = new SetElementReader(set.Type, set.Families, NetworkNames.BuiltIn);
        foreach (string[] words in entries.Select(entry => entry.Split(' ')))
        {
            var options = new SetElementOptions(set);
            for (int i = 1; i < words.Length; i++)
            {
                Assert.True(options.TryTake(words[i], SetElementOptions.TakesValue(words[i]) ? words[++i] : ""), options.Problem);
            }

            Assert.True(reader.TryRead(words[0], options, elements), reader.Problem);
        }

        return elements;
    }

    private void Change(string arguments) => _namespace.Run(() => AgentChanges.Make(_namespace.Open(), arguments.Split(' ')));

    private string Dropped() => _namespace.Run(() => Probe.Dropped(1001, 1002));

    private string[] Elements() => _namespace.Run(() =>
    {
        NamedSet set = _namespace.Open().ReadSet("banned");
        return set.Elements.Sorted().Select(element => SetNotation.Print(set.Type, element) + (element.NoMatch ? " nomatch" : "")).Order(StringComparer.Ordinal).ToArray();
    });

    private SetElementState State(string entry, string name = "banned") => _namespace.Run(() =>
    {
        NamedSet set = _namespace.Open().ReadSet(name);
        return set.Elements.StateOf(set.Elements.Sorted().Single(element => SetNotation.Print(set.Type, element) == entry));
    });
}

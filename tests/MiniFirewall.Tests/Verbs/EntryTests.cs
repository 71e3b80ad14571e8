using MiniFirewall.Rules.Language;
using MiniFirewall.Rules.Model;
using MiniFirewall.Verbs;
using Xunit;

namespace MiniFirewall.Tests.Verbs;

/// <summary>Entries: numbers, ids, places, what replaces what, and defaults.</summary>
public sealed class EntryTests
{
    private static readonly string[] Typed =
    [
        "allow 22/tcp", "limit smtp", "allow 53", "deny from 203.0.113.7 comment 'bad one'", "allow from 10.0.0.0/8 to any port 5432 proto tcp",
        "allow in on eth0 to any port 80,443 proto tcp", "reject auth", "deny log 8080/tcp", "limit log-all 8081", "allow Samba", "allow from fe80::/10 to any app Bind9 comment 'names'",
        "allow from any app Bind9 to 10.0.0.1", "allow to 10.0.0.1 proto esp", "allow from any port 68 to any port 67 proto udp", "deny out 25", "deny out on eth1", "allow out to 2001:db8::1 proto tcp",
        "route allow in on eth1 out on eth2", "route deny from 10.0.0.0/8",
    ];

    [Fact]
    public void Each_verb_is_one_entry_whose_words_make_it_again()
    {
        RuleSet rules = VerbTexts.After(Typed);
        EntryList list = EntryList.Of(rules);
        Assert.Equal(Typed.Length, list.Entries.Length);
        Assert.Equal(Enumerable.Range(1, Typed.Length), list.Entries.Select(entry => entry.Number));
        RuleSet again = RuleSet.Empty;
        foreach (Entry entry in list.Entries)
        {
            again = VerbTexts.Apply(again, entry.Text + (entry.Intent!.Comment is { } comment ? $" comment '{comment}'" : ""));
        }

        Assert.Equal(rules, again);
        Assert.Equal(list.Entries.Select(entry => entry.Id), EntryList.Of(again).Entries.Select(entry => entry.Id));
    }

    /// <summary>Equal ones too, whose second has another id, and rules that no verb makes.</summary>
    [Fact]
    public void An_entry_read_alone_is_the_one_of_the_list()
    {
        const string Twice = "-A INPUT -p tcp --dport 7 -j ACCEPT -m comment --comment one\n-A INPUT -p udp --dport 7 -j ACCEPT\n-A INPUT -p tcp --dport 7 -j ACCEPT\n-A INPUT -m ttl --ttl-eq 1\n-A INPUT -m ttl --ttl-eq 1\n";
        RuleSet rules = RuleSetReader.Read("twice", Twice, VerbTexts.Options).Rules!;
        rules = VerbTexts.Apply(VerbTexts.Apply(Typed.Aggregate(rules, VerbTexts.Apply), "default deny incoming"), "logging on");
        EntryList list = EntryList.Of(rules);
        Assert.Contains(list.Entries, entry => entry.Id.EndsWith(".2", StringComparison.Ordinal));
        foreach (Entry entry in list.Entries)
        {
            for (int at = entry.First; at < entry.End; at++)
            {
                Entry alone = EntryList.At(rules, entry.Direction, at)!;
                Assert.Equal((entry.Number, entry.Id, entry.First, entry.End, entry.Text, entry.Families), (alone.Number, alone.Id, alone.First, alone.End, alone.Text, alone.Families));
            }
        }

        Assert.Null(EntryList.At(rules, Direction.In, 0));
        Assert.Null(EntryList.At(rules, Direction.In, rules.Find("INPUT")!.Rules.Length - 1));
    }

    [Fact]
    public void Each_entry_is_deleted_by_its_words_number_and_id()
    {
        foreach (Func<Entry, string> name in new Func<Entry, string>[] { entry => entry.Text, entry => $"{entry.Number}", entry => entry.Id })
        {
            RuleSet rules = VerbTexts.After(Typed);
            while (EntryList.Of(rules).Entries is [.., var last])
            {
                int before = EntryList.Of(rules).Entries.Length;
                rules = VerbTexts.Apply(rules, "delete " + name(last));
                Assert.Equal(before - 1, EntryList.Of(rules).Entries.Length);
            }

            Assert.Equal(RuleSet.Empty, rules);
        }
    }

    [Fact]
    public void An_id_stays_while_others_come_and_go()
    {
        RuleSet rules = VerbTexts.After("allow 22/tcp", "allow 80/tcp");
        string id = EntryList.Of(rules).Entries[1].Id;
        rules = VerbTexts.Apply(VerbTexts.Apply(VerbTexts.Apply(rules, "insert 1 deny from 10.0.0.1"), "delete allow 22/tcp"), "default deny incoming");
        Assert.Equal(id, EntryList.Of(rules).Entries.Single(entry => entry.Text == "allow in 80/tcp").Id);
        Assert.Equal("allow in 80/tcp", EntryList.Of(rules).Find(id[..6])!.Text);
    }

    [Fact]
    public void The_same_twice_changes_nothing_and_another_verdict_takes_its_place()
    {
        RuleSet rules = VerbTexts.After("allow 22/tcp", "allow 80/tcp");
        Assert.Same(rules, VerbTexts.Apply(rules, "allow 22/tcp"));
        Assert.Same(rules, VerbTexts.Apply(rules, "insert 2 allow 22/tcp"));
        RuleSet denied = VerbTexts.Apply(rules, "deny 22/tcp");
        Assert.Equal("-p tcp -m tcp --dport 22 -j DROP\n-p tcp -m tcp --dport 80 -j ACCEPT", VerbTexts.Lines(denied, "INPUT"));
        Assert.Equal(5, VerbTexts.Apply(denied, "limit log ssh").Find("INPUT")!.Rules.Length);
        Assert.Equal(rules, VerbTexts.Apply(VerbTexts.Apply(denied, "limit log ssh"), "allow 22/tcp"));
    }

    [Fact]
    public void A_comment_stays_when_the_verdict_changes()
    {
        RuleSet rules = VerbTexts.After("allow 22/tcp comment 'office'", "deny 22/tcp");
        Assert.Equal("-p tcp -m tcp --dport 22 -m comment --comment office -j DROP", VerbTexts.Lines(rules, "INPUT"));
    }

    [Fact]
    public void Entries_come_before_rules_that_end_the_chain()
    {
        RuleSet rules = VerbTexts.After("allow 22/tcp", "default reject incoming", "logging on", "allow 80/tcp");
        string[] lines = VerbTexts.Lines(rules, "INPUT").Split('\n');
        Assert.Equal(
            [
                "-j minifw-before-input", "-p tcp -m tcp --dport 22 -j ACCEPT", "-p tcp -m tcp --dport 80 -j ACCEPT",
                "-m limit --limit 3/min --limit-burst 10 -j LOG --log-prefix \"[UFW BLOCK] \"", "-j REJECT",
            ],
            lines);
        Assert.Equal(2, EntryList.Of(rules).Entries.Length);
        Assert.Equal(VerbAction.Reject, DefaultEditor.Of(rules, Direction.In));
        Assert.True(DefaultEditor.IsLogging(rules));
        rules = VerbTexts.Apply(VerbTexts.Apply(rules, "logging off"), "default allow incoming");
        Assert.Equal(VerbAction.Allow, DefaultEditor.Of(rules, Direction.In));
        Assert.Equal(lines[..3], VerbTexts.Lines(rules, "INPUT").Split('\n'));
    }

    [Fact]
    public void Rules_that_no_verb_makes_are_entries_too()
    {
        RuleSet start = RuleText.Read("-N f2b\n-A INPUT -p tcp -m tcp --dport 22 -j f2b\n-A INPUT -p tcp -m tcp ! --dport 25 -j ACCEPT\n-A INPUT -p udp -m udp --dport 53 -j ACCEPT\n-A INPUT -p tcp --syn -j DROP\n", VerbTexts.Options);
        EntryList list = EntryList.Of(start);
        Assert.Equal([null, null, "allow in 53/udp", null], list.Entries.Select(entry => entry.Intent is null ? null : entry.Text));
        Assert.Equal(3, EntryList.Of(VerbTexts.Apply(start, "delete " + list.Entries[1].Id)).Entries.Length);
    }

    [Fact]
    public void Equal_rules_have_ids_of_their_own()
    {
        RuleSet twice = RuleText.Read("-A INPUT -p tcp --dport 22 -j ACCEPT\n-A INPUT -p tcp --dport 22 -j ACCEPT\n", VerbTexts.Options);
        Assert.Equal(2, EntryList.Of(twice).Entries.Select(entry => entry.Id).Distinct().Count());
    }

    [Fact]
    public void Lines_say_what_comes_and_goes()
    {
        RuleSet rules = VerbTexts.After("allow 22/tcp", "allow 80/tcp");
        VerbChange change = new VerbEditor(rules, VerbTexts.Options).Add(VerbTexts.Intent(["deny", "22/tcp"]));
        Assert.Equal(["- -D INPUT -p tcp -m tcp --dport 22 -j ACCEPT", "+ -I INPUT 1 -p tcp -m tcp --dport 22 -j DROP"], change.Lines());
        Assert.Equal(["+ -A INPUT -s 10.0.0.1/32 -j DROP   # IPv4"], new VerbEditor(rules, VerbTexts.Options).Add(VerbTexts.Intent(["deny", "from", "10.0.0.1"])).Lines());
    }

    [Fact]
    public void Bad_profiles_are_passed_over_with_a_reason()
    {
        var profiles = new AppProfiles();
        profiles.Add("f", "[Bad]\nports=80,443\n[NoPorts]\ntitle=x\n[Good]\nports=1/tcp\n[22]\nports=1\n");
        Assert.Equal(["Good"], profiles.All.Select(profile => profile.Name));
        Assert.Equal(3, profiles.Wrong.Count);
    }
}

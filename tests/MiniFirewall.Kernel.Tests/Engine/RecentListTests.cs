using System.Collections.Immutable;
using MiniFirewall.Engine;
using MiniFirewall.Engine.Commit;
using MiniFirewall.Engine.Recent;
using MiniFirewall.EngineAgent;
using MiniFirewall.Packets;
using MiniFirewall.Policy.Questions;
using Xunit;

namespace MiniFirewall.Kernel.Tests.Engine;

/// <summary>Lists of recent addresses live as long as some rule names them, and can be read and changed from outside.</summary>
public sealed class RecentListTests : IDisposable
{
    private const string Counting = "-A INPUT -p udp --dport 1001 -m recent --set --name seen\n";

    private readonly TestNamespace _namespace = new();

    public void Dispose() => _namespace.Dispose();

    [Fact]
    public void A_list_outlives_a_rule_set_that_names_it_and_no_other()
    {
        _namespace.Apply(Counting);
        Assert.Equal("", Dropped());
        Assert.Equal(["127.0.0.1 1", "::1 1"], Seen());

        _namespace.Apply(Counting + "-A INPUT -p udp --dport 1002 -m recent --rcheck --name seen -j DROP\n");
        Assert.Equal(["127.0.0.1 1", "::1 1"], Seen());
        Assert.Equal("4:1002 6:1002", Dropped());
        Assert.Equal(["127.0.0.1 2", "::1 2"], Seen());

        _namespace.Apply("-A INPUT -m recent --rcheck --name other -j DROP\n");
        Assert.Equal(["other"], Lists());
        _namespace.Apply(Counting);
        Assert.Empty(Seen());
    }

    /// <summary>The kernel's own list is emptied too.</summary>
    [Fact]
    public void More_hits_than_a_list_has_room_for_make_it_anew()
    {
        _namespace.Apply(Counting);
        Assert.Equal("", Dropped());
        _namespace.Apply(Counting + "-A INPUT -m recent --rcheck --hitcount 32 --name seen\n");
        Assert.Equal(["127.0.0.1 1", "::1 1"], Seen());
        _namespace.Apply(Counting + "-A INPUT -m recent --rcheck --hitcount 33 --name seen\n");
        Assert.Empty(Seen());
    }

    [Fact]
    public void A_failed_apply_leaves_the_lists()
    {
        _namespace.Apply(Counting);
        Assert.Equal("", Dropped());
        var parts = new EngineParts { AfterStep = step => throw new InvalidOperationException(step) };
        Assert.Throws<InvalidOperationException>(() => _namespace.Apply(Counting + "-A INPUT -m recent --rcheck --hitcount 33 --name seen\n", parts));
        Assert.Equal(["127.0.0.1 1", "::1 1"], Seen());
    }

    [Fact]
    public void Addresses_come_and_go_by_hand()
    {
        _namespace.Apply("-A INPUT -p udp --dport 1001 -m recent --rcheck --rttl --name banned -j DROP\n");
        Assert.Equal("", Dropped());
        Assert.True(Change(RecentAction.Set, Family.IPv4, "127.0.0.1"));
        Assert.Equal("4:1001", Dropped());
        Change(RecentAction.Set, Family.IPv6, "::1");
        Change(RecentAction.Set, Family.IPv6, "::1");
        Assert.Equal("4:1001 6:1001", Dropped());
        ImmutableArray<RecentEntry> entries = _namespace.Run(() => _namespace.Open().ReadRecent("banned"));
        Assert.Equal([1, 2], entries.Select(entry => entry.Stamps.Length));
        Assert.All(entries, entry => Assert.InRange(unchecked(TickClock.Read() - (uint)entry.LastSeen), 0u, 60_000u));
        Assert.True(Change(RecentAction.Remove, Family.IPv4, "127.0.0.1"));
        Assert.False(Change(RecentAction.Remove, Family.IPv4, "127.0.0.1"));
        Assert.Equal("6:1001", Dropped());
        Change(RecentAction.Flush, Family.IPv4, "0.0.0.0");
        Assert.Equal("", Dropped());
        FirewallException error = Assert.Throws<FirewallException>(() => _namespace.Run(() => _namespace.Open().ReadRecent("bannd")));
        Assert.Equal("there is no list bannd: the lists are banned", error.Message);
    }

    /// <summary>A table of rates with the same settings goes on too; one with others begins anew.</summary>
    [Fact]
    public void A_table_of_rates_outlives_a_rule_set_that_names_it()
    {
        const string Once = "-A INPUT -p udp --dport 1001 -m hashlimit --hashlimit-above 1/hour --hashlimit-burst 1 --hashlimit-mode srcip --hashlimit-name a -j DROP\n";
        _namespace.Apply(Once);
        Assert.Equal("", Dropped());
        Assert.Equal("4:1001 6:1001", Dropped());
        _namespace.Apply(Once + "-A INPUT -p udp --dport 1002 -j DROP\n");
        Assert.Equal("4:1001 4:1002 6:1001 6:1002", Dropped());
        _namespace.Apply(Once.Replace("burst 1", "burst 2", StringComparison.Ordinal));
        Assert.Equal("", Dropped());
        _namespace.Apply("-A INPUT -p udp --dport 1002 -j ACCEPT\n");
        _namespace.Apply(Once);
        Assert.Equal("", Dropped());
    }

    /// <summary>The list goes with the last rule that names it, also where other changes of single rules load nothing.</summary>
    [Fact]
    public void Changes_of_one_rule_keep_the_list_until_the_last_that_names_it()
    {
        _namespace.Apply(string.Concat(Enumerable.Range(1, 100).Select(i => $"-4 -A INPUT -s 192.0.2.{i} -j DROP\n")) + $"-4 {Counting}");
        Assert.Equal("", Dropped());
        Change("-I INPUT -p udp --dport 1002 -j DROP");
        Change("-A INPUT -p udp --dport 1002 -m recent --rcheck --name seen -j DROP");
        Change("-D INPUT -s 192.0.2.7 -j DROP");
        Assert.Equal(["127.0.0.1 1"], Seen());
        Change("-D INPUT -p udp --dport 1001 -m recent --set --name seen");
        Assert.Equal(["127.0.0.1 1"], Seen());
        Change("-D INPUT -p udp --dport 1002 -m recent --rcheck --name seen -j DROP");
        Assert.Empty(Lists());
        Change("-A INPUT -p udp --dport 1002 -m recent --rcheck --name seen -j DROP");
        Assert.Empty(Seen());
    }

    private bool Change(RecentAction action, Family family, string address) =>
        _namespace.Run(() => _namespace.Open().ChangeRecent("banned", action, family, AddressText.Parse(family, address)));

    private void Change(string arguments) => _namespace.Run(() => AgentChanges.Make(_namespace.Open(), arguments.Split(' ')));

    private string Dropped() => _namespace.Run(() => Probe.Dropped(1001, 1002));

    private string[] Lists() => _namespace.Run(() => _namespace.Open().ReadRecent().Keys.ToArray());

    private string[] Seen() => _namespace.Run(() =>
        _namespace.Open().ReadRecent("seen").Select(entry => $"{AddressText.Format(entry.Family, entry.Address)} {entry.Stamps.Length}").ToArray());
}

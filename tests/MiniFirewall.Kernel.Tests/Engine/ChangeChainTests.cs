using System.Collections.Immutable;
using MiniFirewall.Bpf;
using MiniFirewall.Compiler;
using MiniFirewall.Compiler.Changes;
using MiniFirewall.Engine;
using MiniFirewall.Engine.Changes;
using MiniFirewall.Engine.Commit;
using MiniFirewall.Engine.Surroundings;
using MiniFirewall.Kernel.Tests.Support;
using MiniFirewall.Packets;
using MiniFirewall.Packets.Building;
using MiniFirewall.Sys.Netlink;
using Xunit;

namespace MiniFirewall.Kernel.Tests.Engine;

/// <summary>What is noted in slots is done to real packets by the chains behind (<see cref="ChangeChains"/>), on all hooks, in both families.</summary>
public sealed class ChangeChainTests : IDisposable
{
    /// <summary>As nft writes numbers of class 1:20 and 2:a.</summary>
    private const uint FirstClass = 0x0001_0020, SecondClass = 0x0002_000a;

    private static readonly ChangeNeeds s_all = new() { Marks = true, Priorities = [SecondClass, FirstClass], SegmentSizes = [536, ChangeSlot.PathSize, 1200] };

    private readonly ChangeLab _lab = new();

    public static TheoryData<Family, Hook> Places { get; } = [.. from family in DispatcherCompiler.Families from hook in DispatcherCompiler.Hooks select (family, hook)];

    public void Dispose() => _lab.Dispose();

    [Theory]
    [MemberData(nameof(Places))]
    public void A_mark_is_replaced(Family family, Hook hook)
    {
        _lab.Ensure(new() { Marks = true });
        foreach ((uint mark, uint old) in (ReadOnlySpan<(uint, uint)>)
            [
                (0, 0x55), (0, 0xffff_ffff), (1, 0), (1, 0xffff_ffff), (0x4_0000, 0x55), (0x8000_0000, 0), (0xffff_ffff, 0x55), (0x1234_5678, 0xffff_ffff), (0x00ff_0001, 0),
            ])
        {
            _lab.Wish(mark: mark, way: (int)mark & 3);
            Assert.Equal(new(Passage.Passed, $"{mark}", "none", "1460"), _lab.Send(Syn(family, hook, old)));
            Assert.Equal(0, _lab.Taken());
        }
    }

    [Theory]
    [MemberData(nameof(Places))]
    public void Each_bit_of_a_mark_is_set_by_its_own_rule(Family family, Hook hook)
    {
        _lab.Ensure(new() { Marks = true });
        for (int bit = 0; bit < 32; bit++)
        {
            _lab.Wish(mark: 1u << bit, way: bit & 3);
            Assert.Equal($"{1u << bit}", _lab.Send(Syn(family, hook, 0xaaaa_aaaa)).Mark);
        }
    }

    [Theory]
    [MemberData(nameof(Places))]
    public void A_packet_without_a_slot_stays_as_it_is(Family family, Hook hook)
    {
        _lab.Ensure(s_all);
        _lab.Wish();
        Assert.Equal(new(Passage.Passed, "7", "none", "1460"), _lab.Send(Syn(family, hook, 7)));
    }

    [Theory]
    [MemberData(nameof(Places))]
    public void A_priority_is_set_where_there_is_a_rule_for_it(Family family, Hook hook)
    {
        _lab.Ensure(s_all);
        _lab.Wish(priority: FirstClass, way: 1);
        Assert.Equal(new(Passage.Passed, "7", "1:20", "1460"), _lab.Send(Syn(family, hook, 7)));
        _lab.Wish(priority: SecondClass, way: 2);
        Assert.Equal(new(Passage.Passed, "7", "2:a", "1460"), _lab.Send(Syn(family, hook, 7)));
        _lab.Wish(priority: SecondClass + 1, way: 3);
        Assert.Equal(new(Passage.Passed, "7", "none", "1460"), _lab.Send(Syn(family, hook, 7)));
        Assert.Equal(0, _lab.Taken());
    }

    [Theory]
    [MemberData(nameof(Places))]
    public void A_segment_size_is_lowered(Family family, Hook hook)
    {
        _lab.Ensure(s_all);
        _lab.Wish(segmentSize: 536, way: 3);
        Assert.Equal(new(Passage.Passed, "7", "none", "536"), _lab.Send(Syn(family, hook, 7)));
        _lab.Wish(segmentSize: 1200);
        Assert.Equal(new(Passage.Passed, "7", "none", "1200"), _lab.Send(Syn(family, hook, 7)));
        _lab.Wish(segmentSize: 1300);
        Assert.Equal(new(Passage.Passed, "7", "none", "1460"), _lab.Send(Syn(family, hook, 7)));
        Assert.Equal(0, _lab.Taken());
    }

    /// <summary>The devices here carry 65521 bytes, with the headers.</summary>
    [Theory]
    [MemberData(nameof(Places))]
    public void What_the_path_has_room_for_is_known_of_packets_that_leave(Family family, Hook hook)
    {
        _lab.Ensure(s_all);
        _lab.Wish(segmentSize: ChangeSlot.PathSize);
        string size = hook == Hook.LocalIn ? "65500" : family == Family.IPv4 ? "65481" : "65461";
        Assert.Equal(new(Passage.Passed, "7", "none", size), _lab.Send(Syn(family, hook, 7, segmentSize: 65500)));
        Assert.Equal(0, _lab.Taken());
    }

    [Theory]
    [MemberData(nameof(Places))]
    public void All_three_at_once(Family family, Hook hook)
    {
        _lab.Ensure(s_all);
        _lab.Wish(0x4_0000, FirstClass, 536, way: 2);
        Assert.Equal(new(Passage.Passed, "262144", "1:20", "536"), _lab.Send(Syn(family, hook, 7)));
        Assert.Equal(0, _lab.Taken());
    }

    [Theory]
    [MemberData(nameof(Places))]
    public void A_slot_is_free_again_where_TCPMSS_drops_the_packet(Family family, Hook hook)
    {
        _lab.Ensure(s_all);
        _lab.Wish(segmentSize: 536);
        Assert.Equal(Passage.Dropped, _lab.Send(Packet(family, hook, 7, new TcpSegment(1000, 80) { DataOffset = 4 })).Passage);
        Assert.Equal(0, _lab.Taken());
    }

    [Fact]
    public void A_second_time_nothing_is_sent()
    {
        _lab.Ensure(s_all, mapIsNew: true);
        string handles = _lab.Handles;
        Assert.Equal(2, handles.Split(' ').Length);
        _lab.Ensure(s_all);
        _lab.Ensure(new() { Priorities = [FirstClass] });
        Assert.Equal(handles, _lab.Handles);
        Assert.Equal(s_all, _lab.Read());
    }

    [Fact]
    public void More_needs_are_added_and_a_new_map_begins_anew()
    {
        var first = new ChangeNeeds { Priorities = [FirstClass] };
        var second = new ChangeNeeds { Marks = true, Priorities = [SecondClass] };
        _lab.Ensure(first, mapIsNew: true);
        string handles = _lab.Handles;
        _lab.Ensure(second);
        Assert.NotEqual(handles, _lab.Handles);
        Assert.Equal(first.Union(second), _lab.Read());
        _lab.Wish(mark: 9, priority: FirstClass);
        Assert.Equal(new(Passage.Passed, "9", "1:20", "1460"), _lab.Send(Syn(Family.IPv4, Hook.Forward, 7)));

        _lab.Ensure(second, mapIsNew: true);
        Assert.Equal(second, _lab.Read());
        Assert.Equal(new(Passage.Passed, "9", "none", "1460"), _lab.Send(Syn(Family.IPv4, Hook.Forward, 7)));
    }

    [Fact]
    public void A_table_that_somebody_has_taken_away_is_made_again()
    {
        _lab.Ensure(s_all);
        _lab.Nft("delete", "table", "ip6", "minifw");
        Assert.Null(_lab.Read());
        Assert.False(_lab.Namespace.Run(() => ChangeChains.IsComplete(s_all)));
        _lab.Ensure(new() { Marks = true });
        Assert.Equal(s_all, _lab.Read());
        Assert.True(_lab.Namespace.Run(() => ChangeChains.IsComplete(s_all)));

        _lab.Nft("flush", "chain", "ip", "minifw", "forward");
        Assert.Null(_lab.Read());
        _lab.Ensure(s_all);
        Assert.Equal(s_all, _lab.Read());
        _lab.Wish(mark: 9);
        Assert.Equal("9", _lab.Send(Syn(Family.IPv4, Hook.Forward, 7)).Mark);
    }

    [Fact]
    public void They_go_and_packets_stay_as_they_are()
    {
        _lab.Namespace.Run(ChangeChains.Remove);
        _lab.Ensure(s_all);
        _lab.Namespace.Run(ChangeChains.Remove);
        Assert.Equal("", _lab.Handles);
        Assert.Null(_lab.Read());
        _lab.Wish(mark: 9);
        Assert.Equal(new(Passage.Passed, "7", "none", "1460"), _lab.Send(Syn(Family.IPv4, Hook.LocalOut, 7)));
        _lab.Nft("delete", "table", "inet", "probe");
        _lab.Namespace.Run(ChangeChains.Remove);
        Assert.Equal("", _lab.Nft("list", "tables"));
    }

    [Fact]
    public void They_share_a_priority_with_a_link_that_is_there_and_a_later_one_steps_aside()
    {
        using BpfLink there = ChangeLab.AttachAccepting(_lab.Namespace, Family.IPv6, Hook.Forward, 10);
        _lab.Ensure(s_all);
        Assert.Equal([.. Enumerable.Repeat(10, 6)], Chains().Select(chain => chain.Priority!.Value));
        _lab.Wish(mark: 9);
        Assert.Equal("9", _lab.Send(Syn(Family.IPv6, Hook.Forward, 7)).Mark);
        using BpfLink later = _lab.Namespace.Run(() => Reassembly.After(null, Family.IPv4));
        Assert.Equal(11, later.Info().Netfilter!.Priority);
        _lab.Ensure(s_all, mapIsNew: true);
        Assert.Equal("9", _lab.Send(Syn(Family.IPv4, Hook.Forward, 7)).Mark);
    }

    [Fact]
    public void Too_many_values_are_refused_and_change_nothing()
    {
        _lab.Ensure(s_all);
        var most = new ChangeNeeds { Priorities = [.. Enumerable.Range(1, 62).Select(number => (uint)number)] };
        FirewallException refusal = Assert.Throws<FirewallException>(() => _lab.Ensure(most with { Priorities = [.. most.Priorities, 63] }));
        Assert.Equal(FirewallFailure.Refused, refusal.Failure);
        Assert.Contains("63 different priorities", refusal.Message, StringComparison.Ordinal);
        Assert.Equal(s_all, _lab.Read());

        _lab.Ensure(most);
        Assert.Equal(most, _lab.Read());
        _lab.Wish(priority: 62);
        Assert.Equal("0:3e", _lab.Send(Syn(Family.IPv6, Hook.LocalOut, 7)).Priority);
    }

    /// <summary>nft and iptables-nft read all tables there are.</summary>
    [Fact]
    public void Other_tools_can_live_with_them()
    {
        _lab.Ensure(s_all);
        string rules = _lab.Nft("list", "ruleset");
        Assert.Contains("table ip minifw {", rules, StringComparison.Ordinal);
        Assert.Contains("type filter hook forward priority filter + 10; policy accept;", rules, StringComparison.Ordinal);
        _lab.Namespace.Execute("iptables-nft", ["-A", "INPUT", "-j", "ACCEPT"]);
        Assert.Contains("-A INPUT -j ACCEPT", _lab.Namespace.Execute("iptables-nft-save", []), StringComparison.Ordinal);
        Assert.Equal(s_all, _lab.Read());
    }

    [Fact]
    public void They_count_as_this_firewalls_own()
    {
        _lab.Ensure(s_all);
        _lab.Nft("add table inet minifw; add chain inet minifw input { type filter hook input priority 5; }");
        Assert.Equal(6, Chains().Count());
        using var socket = _lab.Namespace.Run(() => new NetlinkSocket(NetlinkSocket.Netfilter));
        List<HookedFunction> all = _lab.Namespace.Run(() => NftChains.TryRead(socket))!;
        Assert.All(all, chain => Assert.Equal(chain.Family == "inet" ? HookOwner.Nftables : HookOwner.Minifw, chain.Owner));
        Assert.Contains(all, chain => chain.Name == "chain ip6 minifw output");
        Assert.Contains(all, chain => chain.Name == "chain inet minifw input");
        Assert.DoesNotContain(all, chain => chain.Owner == HookOwner.Minifw && chain.MayDecide);
    }

    [Fact]
    public void Needs_are_kept_in_order_and_compare_by_contents()
    {
        var needs = new ChangeNeeds { Marks = true, Priorities = [9, 3, 9], SegmentSizes = [1200, 536, 536] };
        Assert.Equal(needs, new() { Marks = true, Priorities = [3, 9], SegmentSizes = [536, 1200] });
        Assert.Equal(needs.GetHashCode(), (needs with { Priorities = [9, 3] }).GetHashCode());
        Assert.Equal("02010200" + "03000000" + "09000000" + "1802" + "B004", Convert.ToHexString(needs.ToBytes()));
        Assert.NotEqual(needs, needs with { Marks = false });
        Assert.NotEqual(needs, needs with { Priorities = [3] });
        Assert.NotEqual(needs, needs with { SegmentSizes = [536] });
        Assert.True(needs.Covers(ChangeNeeds.None));
        Assert.True(needs.Covers(needs));
        Assert.False((needs with { Marks = false }).Covers(needs));
        Assert.False(needs.Covers(needs with { Priorities = [3, 4] }));
        Assert.False(needs.Covers(needs with { SegmentSizes = [537] }));
        Assert.Equal(needs, new ChangeNeeds { Marks = true, Priorities = [9] }.Union(new() { Priorities = [3], SegmentSizes = [1200, 536] }));
        Assert.True(ChangeNeeds.None.IsEmpty);
        Assert.False(new ChangeNeeds { SegmentSizes = [1] }.IsEmpty);
    }

    [Fact]
    public void Bytes_that_are_no_needs_are_not_taken_for_some()
    {
        foreach (ChangeNeeds needs in (ChangeNeeds[])[ChangeNeeds.None, s_all, new() { Priorities = [uint.MaxValue] }, new() { SegmentSizes = [1] }])
        {
            Assert.Equal(needs, ChangeNeeds.TryParse(needs.ToBytes()));
        }

        foreach (string bytes in (string[])["", "020000", "01000000", "02020000", "02000100", "02000100010203", "0200000001"])
        {
            Assert.Null(ChangeNeeds.TryParse(Convert.FromHexString(bytes)));
        }
    }

    private static Packet Syn(Family family, Hook hook, uint mark, ushort segmentSize = 1460) =>
        Packet(family, hook, mark, new TcpSegment(1000, 80) { Options = [2, 4, (byte)(segmentSize >> 8), (byte)segmentSize] });

    private static Packet Packet(Family family, Hook hook, uint mark, Transport transport) => new(family, hook, family == Family.IPv4
        ? IPv4Header.Between("198.51.100.1", "203.0.113.9").Carry(transport)
        : IPv6Header.Between("2001:db8:1::1", "2001:db8:2::9").Carry(transport))
    {
        InInterface = hook == Hook.LocalOut ? "" : "eth0",
        OutInterface = hook == Hook.LocalIn ? "" : "eth1",
        Mark = mark,
    };

    /// <summary>The chains on hooks that are this firewall's.</summary>
    private IEnumerable<HookedFunction> Chains() => _lab.Namespace.Run(() =>
    {
        using var socket = new NetlinkSocket(NetlinkSocket.Netfilter);
        return NftChains.TryRead(socket)!.Where(chain => chain.Owner == HookOwner.Minifw).ToImmutableArray();
    });
}

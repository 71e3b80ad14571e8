using System.Buffers.Binary;
using MiniFirewall.Asm;
using MiniFirewall.Bpf;
using MiniFirewall.Compiler;
using MiniFirewall.Engine;
using MiniFirewall.Packets;
using MiniFirewall.Rules.Model;
using Xunit;

namespace MiniFirewall.Kernel.Tests.Engine;

/// <summary>Counters over reloads. A datagram of these tests has 10 bytes of data: 38 bytes with IPv4's headers, 58 with IPv6's.</summary>
public sealed class CounterTests : IDisposable
{
    private const string Rule = "-A INPUT -p udp --dport 1001 -j DROP\n", Other = "-A INPUT -p udp --dport 1002 -j DROP\n";

    private readonly TestNamespace _namespace = new();

    [Fact]
    public void Rules_count_packets_and_bytes_of_each_family()
    {
        _namespace.Apply(Rule);
        Send(3);
        Assert.Equal(new Counters(3, 3 * 38), Count(1, Family.IPv4));
        Assert.Equal(new Counters(3, 3 * 58), Count(1, Family.IPv6));
    }

    [Fact]
    public void A_rule_that_stays_goes_on_counting_wherever_it_stands_then()
    {
        _namespace.Apply(Rule);
        Send(2);
        _namespace.Apply(Other + Rule);
        Send(1);
        Assert.Equal(3UL, Count(2, Family.IPv4).Packets);
        Assert.Equal(0UL, Count(1, Family.IPv4).Packets);
    }

    [Fact]
    public void Equal_rules_are_told_apart_by_their_order()
    {
        _namespace.Apply("-A INPUT -p udp --dport 5 -j DROP\n" + Rule + Rule);
        Send(2);
        _namespace.Apply(Rule + Rule);
        Send(1);
        Assert.Equal((3UL, 0UL), (Count(1, Family.IPv4).Packets, Count(2, Family.IPv4).Packets));
    }

    [Fact]
    public void Maps_of_a_version_with_another_number_of_counters_an_element_are_read_and_replaced()
    {
        _namespace.Apply(Rule);
        Send(2);
        LoadedRuleSet loaded = _namespace.Read()!;
        int slot = loaded.CounterOf(loaded.Rules.Chains.First(chain => chain.Rules.Length > 0), 1, Family.IPv4);
        using (var single = BpfMap.Create(new("counters", MapType.PerCpuArray, 4, WellKnownMaps.CounterSize, 512)))
        {
            byte[] counters = new byte[single.ElementSize], key = new byte[4];
            BinaryPrimitives.WriteInt32LittleEndian(key, slot);
            BinaryPrimitives.WriteInt64LittleEndian(counters, 7);
            BinaryPrimitives.WriteInt64LittleEndian(counters.AsSpan(8), 700);
            single.Update(key, counters);
            string pin = Path.Combine(_namespace.Directory, $"generation-{loaded.Generation}", "counters");
            File.Delete(pin);
            single.Pin(pin);
        }

        Assert.Equal(new Counters(7, 700), Count(1, Family.IPv4));
        _namespace.Apply(Other + Rule);
        Send(1);
        Assert.Equal(new Counters(8, 738), Count(2, Family.IPv4));
        _namespace.Apply(Rule);
        Send(1);
        Assert.Equal(new Counters(9, 776), Count(1, Family.IPv4));
    }

    [Fact]
    public void A_rule_that_comes_back_starts_at_zero()
    {
        _namespace.Apply(Rule);
        for (int i = 0; i < 5; i++)
        {
            Send(2);
            _namespace.Apply(Other);
            _namespace.Apply(Rule);
            Assert.Equal(0UL, Count(1, Family.IPv4).Packets);
        }

        Send(1);
        Assert.Equal(1UL, Count(1, Family.IPv4).Packets);
    }

    [Fact]
    public void Given_counters_are_where_counting_starts()
    {
        _namespace.Apply(Rule);
        Send(2);
        _namespace.Apply("[100:2000] " + Rule);
        Assert.Equal(new Counters(100, 2000), Count(1, Family.IPv4));
        Send(1);
        Assert.Equal(new Counters(101, 2038), Count(1, Family.IPv4));
        _namespace.Apply(Rule);
        Assert.Equal(new Counters(101, 2038), Count(1, Family.IPv4));
    }

    [Fact]
    public void Counters_set_to_zero_count_on_from_there()
    {
        _namespace.Apply(Rule + Other);
        Send(2);
        LoadedRuleSet before = _namespace.Run(() => _namespace.Open().ResetCounters(place => place.Number == 1)!);
        Assert.Equal(2UL, before.OfRule(before.Rules.Find("INPUT")!, 1, Family.IPv4).Packets);
        Assert.Equal(0UL, Count(1, Family.IPv4).Packets);
        Send(1);
        _namespace.Apply(Other + Rule);
        Assert.Equal(1UL, Count(2, Family.IPv4).Packets);
        Assert.NotEqual(0UL, Count(0, Family.IPv6).Packets);
    }

    [Fact]
    public void Counters_outlive_larger_maps_again_and_again()
    {
        ulong expected = 0;
        _namespace.Apply(Rule);
        for (int rules = 200; rules <= 800; rules += 200)
        {
            Send(2);
            expected += 2;
            string many = string.Concat(Enumerable.Range(0, rules).Select(i => $"-A OUTPUT -p udp --dport {10000 + rules + i} -j DROP\n"));
            _namespace.Apply(many + Rule);
            Assert.Equal(expected, Count(1, Family.IPv4).Packets);
        }

        Send(1);
        _namespace.Apply(Rule);
        Assert.Equal(new Counters(expected + 1, (expected + 1) * 38), Count(1, Family.IPv4));
    }

    [Fact]
    public async Task No_packet_is_lost_to_counting_while_rules_are_switched()
    {
        // On the way out: what is on the way in may be lost before it comes to the hook, where a CPU's queue is full.
        const int Switches = 40;
        const string Out = "-A OUTPUT -p udp --dport 2001 -j DROP\n";
        _namespace.Apply(Out);
        using var stop = new CancellationTokenSource();
        Task<int> sender = Task.Run(() => _namespace.Run(() => Probe.SendUntil(2001, stop.Token)), CancellationToken.None);
        for (int i = 0; i < Switches; i++)
        {
            string many = string.Concat(Enumerable.Range(0, i * 20).Select(n => $"-A OUTPUT -p udp --dport {10000 + (i * 1000) + n} -j DROP\n"));
            _namespace.Apply(Out + many);
        }

        await stop.CancelAsync();
        Assert.Equal((ulong)await sender, Count(1, Family.IPv4, "OUTPUT").Packets);
    }

    public void Dispose() => _namespace.Dispose();

    private void Send(int times) => _namespace.Run(() =>
    {
        for (int i = 0; i < times; i++)
        {
            Probe.Dropped(1001);
        }
    });

    private Counters Count(int rule, Family family, string chain = "INPUT")
    {
        LoadedRuleSet loaded = _namespace.Read()!;
        return loaded.OfRule(loaded.Rules.Find(chain)!, rule, family);
    }
}

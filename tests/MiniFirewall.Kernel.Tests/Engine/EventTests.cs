using System.Diagnostics;
using MiniFirewall.Compiler;
using MiniFirewall.Engine;
using MiniFirewall.Packets;
using Xunit;

namespace MiniFirewall.Kernel.Tests.Engine;

public sealed class EventTests : IDisposable
{
    /// <summary>Seconds that an emulated processor may take for it.</summary>
    private const int MostTurns = 120;

    private const string LogRule = "-A INPUT -p udp --dport 1002 -j LOG\n";

    private readonly TestNamespace _namespace = new();

    [Fact]
    public void A_watcher_sees_drops_and_whose_they_are()
    {
        _namespace.Apply(Rules.First);
        _namespace.Run(() =>
        {
            using EventReader events = _namespace.Open().OpenEvents()!;
            Probe.Dropped(1001);
            LoadedRuleSet loaded = _namespace.Open().Read()!;
            EventRecord[] records = [.. ReadAll(events)];
            Assert.Equal([Family.IPv4, Family.IPv6], records.Select(record => record.Family));
            Assert.All(records, record =>
            {
                Assert.Equal((EventKind.Drop, Hook.LocalIn), (record.Kind, record.Hook));
                Assert.Equal(("INPUT", 1), (loaded.OwnerOf(record.Counter)!.Chain.Name, loaded.OwnerOf(record.Counter)!.Number));
            });
        });
    }

    [Fact]
    public void Without_a_watcher_only_logging_rules_send_events()
    {
        _namespace.Apply(Rules.First + LogRule);
        _namespace.Run(() =>
        {
            Probe.Dropped(1001, 1002);
            using EventReader events = _namespace.Open().OpenEvents()!;
            Assert.All(ReadAll(events), record => Assert.Equal(EventKind.Log, record.Kind));
            Probe.Dropped(1001, 1002);
            Assert.Equal([EventKind.Drop, EventKind.Drop, EventKind.Log, EventKind.Log], ReadAll(events).Select(record => record.Kind).OrderDescending());
        });
    }

    [Fact]
    public void Events_go_on_over_an_apply_and_end_with_off()
    {
        _namespace.Apply(Rules.First);
        _namespace.Run(() =>
        {
            FirewallEngine engine = _namespace.Open();
            using EventReader events = engine.OpenEvents()!;
            engine.Apply(Rules.Parse(Rules.Second));
            Assert.True(events.IsLive);
            Probe.Dropped(1002);
            Assert.Equal(2, ReadAll(events).Count());
            engine.Off();
            Assert.False(events.IsLive);
        });
        Assert.False(Directory.Exists(_namespace.Pins));
    }

    [Fact]
    public void Events_that_find_no_room_are_counted()
    {
        _namespace.Apply("-A OUTPUT -p udp --dport 2001 -j LOG\n" + "-A OUTPUT -p udp --dport 2001 -j DROP\n");
        _namespace.Run(() =>
        {
            using EventReader events = _namespace.Open().OpenEvents()!;
            ulong sent = 0, lost = 0;
            for (int turn = 0; turn < MostTurns && lost == 0; turn++)
            {
                using var stop = new CancellationTokenSource(TimeSpan.FromSeconds(1));
                sent += (ulong)Probe.SendUntil(2001, stop.Token);
                lost = events.Lost;
            }

            Assert.NotEqual(0UL, lost);
            Assert.Equal(2 * sent, lost + (ulong)ReadAll(events).Count());
        });
    }

    [Fact]
    public void There_is_one_watcher_at_a_time_and_a_killed_one_is_forgotten()
    {
        _namespace.Apply(Rules.First);
        using (Process watcher = Command.Start(_namespace.Agent(_namespace.Enter, "watch")))
        {
            watcher.StandardOutput.ReadLine();
            Assert.Throws<FirewallException>(() => _namespace.Run(() => _namespace.Open().OpenEvents()));
            watcher.Kill();
            watcher.WaitForExit();
        }

        // An apply ends the dead one's watch: drops that come then send nothing any more.
        _namespace.Run(() =>
        {
            FirewallEngine engine = _namespace.Open();
            engine.Apply(Rules.Parse(Rules.First));
            Probe.Dropped(1001);
            using EventReader events = engine.OpenEvents()!;
            Assert.Empty(ReadAll(events));
        });
    }

    [Fact]
    public void Without_rules_there_is_nothing_to_watch() => Assert.Null(_namespace.Run(() => _namespace.Open().OpenEvents()));

    public void Dispose() => _namespace.Dispose();

    private static IEnumerable<EventRecord> ReadAll(EventReader events)
    {
        while (events.Read(TimeSpan.FromMilliseconds(20)) is { } record)
        {
            yield return record;
        }
    }
}

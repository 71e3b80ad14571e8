using System.Diagnostics;
using MiniFirewall.Cli.Logging;
using MiniFirewall.Compiler;
using MiniFirewall.Engine;
using MiniFirewall.Engine.Sockets;

namespace MiniFirewall.Cli.Drops;

/// <summary>Reads events of dropped packets, puts those of one kind together, and finds what would let them pass.</summary>
internal sealed class DropWatch(FirewallEngine engine, EventReader events)
{
    /// <summary>Kinds that are kept: a scan of all ports makes one for each.</summary>
    private const int MostGroups = 10_000;

    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(200);

    private readonly Dictionary<object, DropGroup> _groups = [];
    private readonly EventClock _clock = new();
    private readonly PacketProcess _processes = new();
    private LoadedRuleSet? _rules = engine.Read();

    /// <summary>The most frequent first.</summary>
    internal IEnumerable<DropGroup> Groups => _groups.Values.OrderByDescending(group => group.Packets);

    /// <summary>Packets of kinds that found no room.</summary>
    internal int LeftOut { get; private set; }

    internal ulong Lost => events.Lost;

    /// <summary>Goes on until the time is over, it is told to stop, or the rules are taken away.</summary>
    /// <param name="onDrop">Is given each packet, its kind, and whether it is the first of it.</param>
    internal void Run(TimeSpan? limit, CancellationToken stop, Action<PacketEvent, DropGroup, bool>? onDrop = null)
    {
        long start = Stopwatch.GetTimestamp();
        while (!stop.IsCancellationRequested && (limit is null || Stopwatch.GetElapsedTime(start) < limit))
        {
            EventRecord? record = events.Read(Patience);
            if (record is null && !events.IsLive)
            {
                return;
            }

            // What waits in the buffer was left by somebody who looked before.
            if (record is { Kind: EventKind.Drop or EventKind.Invalid } && record.MonotonicNanoseconds >= (ulong)start)
            {
                Add(record, onDrop);
            }
        }
    }

    private void Add(EventRecord record, Action<PacketEvent, DropGroup, bool>? onDrop)
    {
        if (_rules?.OwnerOf(record.Counter) is null && record.Kind != EventKind.Invalid)
        {
            _rules = engine.Read();
        }

        PacketEvent packet = PacketEvent.Of(record, CountedPlaceName.Of(_rules?.OwnerOf(record.Counter)), _clock, _processes.Of(record));
        object key = DropGroup.KeyOf(packet);
        bool isFirst = !_groups.TryGetValue(key, out DropGroup? group);
        if (isFirst)
        {
            if (_groups.Count >= MostGroups && onDrop is null)
            {
                LeftOut++;
                return;
            }

            if (_groups.Count >= MostGroups)
            {
                _groups.Clear();
            }

            group = new DropGroup(packet, AllowHint.Of(packet, _rules?.Rules));
            _groups.Add(key, group);
        }

        group!.Packets++;
        group.Bytes += packet.Length;
        onDrop?.Invoke(packet, group, isFirst);
    }
}

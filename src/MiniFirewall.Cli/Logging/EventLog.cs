using MiniFirewall.Compiler;
using MiniFirewall.Engine;
using MiniFirewall.Engine.Sockets;

namespace MiniFirewall.Cli.Logging;

/// <summary>Reads events, finds whose they are, and has them written.</summary>
internal sealed class EventLog(FirewallEngine engine, EventReader events, IEventWriter writer)
{
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(200);

    private readonly EventClock _clock = new();
    private readonly PacketProcess _processes = new();
    private LoadedRuleSet? _rules = engine.Read();
    private ulong _lost;

    /// <summary>Writes what there is; with <paramref name="follow"/>, goes on until cancelled or until the rules are taken away.</summary>
    internal void Print(bool follow, CancellationToken cancellation)
    {
        while (!cancellation.IsCancellationRequested)
        {
            EventRecord? record = events.Read(follow ? Patience : TimeSpan.Zero);
            TellLoss();
            writer.Turn();
            if (record is not null)
            {
                writer.Write(PacketEvent.Of(record, Owner(record), _clock, _processes.Of(record)));
            }
            else if (!follow || !events.IsLive)
            {
                return;
            }
        }
    }

    /// <summary>The rule that a counter belongs to; a counter of rules newer than those at hand has them read again.</summary>
    private CountedPlaceName Owner(EventRecord record)
    {
        if (_rules?.OwnerOf(record.Counter) is null && record.Kind != EventKind.Invalid)
        {
            _rules = engine.Read();
        }

        return CountedPlaceName.Of(_rules?.OwnerOf(record.Counter));
    }

    private void TellLoss()
    {
        if (events.Lost is var lost && lost > _lost)
        {
            writer.WriteLoss(lost - _lost);
            _lost = lost;
        }
    }
}

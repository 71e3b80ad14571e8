using System.Diagnostics;
using MiniFirewall.Analysis.Connections;
using MiniFirewall.Engine.Recent;
using MiniFirewall.Kernel.Tests.Support;
using MiniFirewall.Packets;
using MiniFirewall.Policy;
using MiniFirewall.Sys;

namespace MiniFirewall.Kernel.Tests.Connections;

/// <summary>The reference for connection tracking, with the evaluator's rules behind it: a router that is none.</summary>
internal sealed class ReferenceTracking : IDisposable
{
    private readonly TrackingSettings _settings = new();
    private readonly ConnectionTracker _tracker;
    private readonly EvaluatorFirewall _evaluator = new();

    /// <summary>The kernel's ticks when this began: to ask for them takes longer than a packet may.</summary>
    private readonly ulong _began = TickClock.Read64();
    private readonly long _since = Stopwatch.GetTimestamp();

    internal ReferenceTracking() => _tracker = new(_settings);

    internal void Load(RuleTexts rules) => _evaluator.Load(rules);

    internal void Set(ConnectionSettingValue value) => _settings.Set(value);

    /// <summary>The packet with what it is to its connection, now.</summary>
    internal Packet Track(Packet packet)
    {
        ulong ticks = _began + (ulong)(Stopwatch.GetElapsedTime(_since).TotalSeconds * KernelTime.Hertz);
        return _tracker.Track(packet.At(new(ticks, KernelTime.Hertz)));
    }

    /// <summary>What the rules say of the packet, which is tracked before.</summary>
    internal Observation Judge(Packet packet)
    {
        Packet tracked = Track(packet);
        Observation seen = _evaluator.Judge(tracked)!;
        if (seen.Passed)
        {
            _tracker.Confirm(tracked);
        }

        return seen;
    }

    public void Dispose() => _evaluator.Dispose();
}

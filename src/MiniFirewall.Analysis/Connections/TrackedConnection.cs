using MiniFirewall.Packets;

namespace MiniFirewall.Analysis.Connections;

/// <summary>A connection. What its packets do to it depends on the protocol.</summary>
internal abstract class TrackedConnection(ConnectionKey original, ConnectionKey reply)
{
    /// <summary>Ticks: from its first packet to its end until that has passed, then the moment of its end.</summary>
    private ulong _until;

    internal ConnectionKey Original { get; } = original;

    internal ConnectionKey Reply { get; } = reply;

    internal ConnectionStatus Status { get; private set; }

    /// <summary>Its first packet has passed.</summary>
    internal bool IsConfirmed => Status.HasFlag(ConnectionStatus.Confirmed);

    internal bool HasSeenReply => Status.HasFlag(ConnectionStatus.SeenReply);

    internal bool IsAssured => Status.HasFlag(ConnectionStatus.Assured);

    /// <summary>What a packet does to it.</summary>
    internal abstract Membership Meet(in Meeting packet);

    internal void SeeReply() => Status |= ConnectionStatus.SeenReply;

    internal void Confirm(KernelClock clock)
    {
        Status |= ConnectionStatus.Confirmed;
        _until += clock.Jiffies;
    }

    internal void End(KernelClock clock) => _until = clock.Jiffies;

    internal bool IsOver(KernelClock clock) => IsConfirmed && TicksLeft(clock) <= 0;

    /// <summary>As rules see it (<see cref="PacketConnection.SecondsLeft"/>).</summary>
    internal uint SecondsLeft(KernelClock clock) => IsConfirmed ? (uint)Math.Max(0, TicksLeft(clock) / clock.Hertz) : 0;

    protected long TicksLeft(KernelClock clock) => (long)(_until - clock.Jiffies);

    protected void Assure() => Status |= ConnectionStatus.Assured;

    /// <summary>It lives on for so many ticks.</summary>
    protected void Refresh(ulong ticks, KernelClock clock) => _until = IsConfirmed ? clock.Jiffies + ticks : ticks;
}

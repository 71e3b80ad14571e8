using MiniFirewall.Packets;

namespace MiniFirewall.Analysis.Connections;

/// <summary>A packet as its connection meets it.</summary>
/// <param name="isReply">It goes against the one that began the connection.</param>
/// <param name="transport">Its bytes from the transport header on.</param>
internal readonly ref struct Meeting(Family family, bool isReply, ReadOnlySpan<byte> transport, KernelClock clock, TrackingSettings settings)
{
    internal Family Family { get; } = family;

    internal bool IsReply { get; } = isReply;

    internal ReadOnlySpan<byte> Transport { get; } = transport;

    internal KernelClock Clock { get; } = clock;

    internal TrackingSettings Settings { get; } = settings;

    /// <summary>Ticks.</summary>
    internal ulong Timeout(string setting) => (ulong)Settings[setting] * (ulong)Clock.Hertz;
}

/// <summary>What a connection says of a packet.</summary>
internal enum Membership
{
    /// <summary>It belongs to it.</summary>
    Belongs,

    /// <summary>It does not, and begins none.</summary>
    Invalid,

    /// <summary>It belongs to it, and ends it.</summary>
    Ends,

    /// <summary>The connection has ended, and the packet begins another.</summary>
    BeginsAnother,
}

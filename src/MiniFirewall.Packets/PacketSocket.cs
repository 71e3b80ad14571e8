using System.Collections.Immutable;

namespace MiniFirewall.Packets;

/// <summary>The socket of the hook's network namespace that a packet belongs to.</summary>
public sealed record PacketSocket
{
    /// <summary>Whose it is; null for a socket without a file, such as the kernel's own.</summary>
    public SocketOwner? Owner { get; init; }

    /// <summary>The class of the net_cls controller (cgroup version 1).</summary>
    public uint Class { get; init; }

    /// <summary>The ids of its cgroup (version 2) and of those above it, the root first; at most <see cref="MostLevels"/>.</summary>
    public ImmutableArray<ulong> Cgroups { get; init; } = [];

    public const int MostLevels = 8;
}

/// <summary>The user and the groups that opened a socket's file, as the network namespace's user namespace numbers them.</summary>
public sealed record SocketOwner(uint User, uint Group)
{
    /// <summary>Supplementary groups.</summary>
    public ImmutableArray<uint> Groups { get; init; } = [];
}

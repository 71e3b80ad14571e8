using MiniFirewall.Packets;

namespace MiniFirewall.Policy.Questions;

/// <summary>Some of these have happened to the packet's connection (net/netfilter/xt_conntrack.c, conntrack_mt).</summary>
/// <param name="Statuses">Not those of translation.</param>
public sealed record ConnectionStatusIn(ConnectionStatus Statuses) : ConnectionQuestion
{
    /// <summary>What helpers have announced the kernel alone knows, and is asked for it.</summary>
    public override Question Code => this with { Statuses = Statuses & ConnectionStatus.Expected };

    public override ulong Argument => (ulong)Statuses;

    protected override bool Ask(Packet packet, PacketConnection connection) => (connection.Status & Statuses) != 0;
}

using MiniFirewall.Packets;

namespace MiniFirewall.Policy.Questions;

/// <summary>
/// The packet's socket is in this cgroup (version 2) or in one below it, or is not, where negated; no in both cases without a
/// socket (net/netfilter/xt_cgroup.c).
/// </summary>
/// <param name="Id">The cgroup's id: its directory's inode.</param>
/// <param name="Level">How many cgroups are above it.</param>
public sealed record SocketCgroupUnder(ulong Id, int Level, bool Negated) : Question
{
    public override Question Code => new SocketCgroupUnder(0, Level, Negated);

    public override ulong Argument => Id;

    public override bool Ask(Packet packet) =>
        packet.Socket is { } socket && (socket.Cgroups.Length > Level && socket.Cgroups[Level] == Id) != Negated;
}

using MiniFirewall.Packets;

namespace MiniFirewall.Policy.Questions;

/// <summary>
/// The net_cls class of the packet's socket is this one, or is not, where negated; no in both cases without a socket
/// (net/netfilter/xt_cgroup.c).
/// </summary>
public sealed record SocketClassIs(uint Class, bool Negated) : Question
{
    public override Question Code => new SocketClassIs(0, Negated);

    public override ulong Argument => Class;

    public override bool Ask(Packet packet) => packet.Socket is { } socket && socket.Class == Class != Negated;
}

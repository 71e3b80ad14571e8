using MiniFirewall.Packets;

namespace MiniFirewall.Policy.Questions;

/// <summary>The packet belongs to a socket that a process made in the hook's network namespace (net/netfilter/xt_owner.c).</summary>
public sealed record SocketExists : Question
{
    public override bool Ask(Packet packet) => packet.Socket is not null;
}

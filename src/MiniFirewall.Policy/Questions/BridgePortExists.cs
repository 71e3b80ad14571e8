using MiniFirewall.Packets;

namespace MiniFirewall.Policy.Questions;

/// <summary>The packet came in by a bridge's port, or leaves by one (net/netfilter/xt_physdev.c).</summary>
public sealed record BridgePortExists(bool IsIn) : Question
{
    public override bool Ask(Packet packet) => packet.Bridge is { } bridge && (IsIn ? bridge.In : bridge.Out).Length > 0;
}

using MiniFirewall.Packets;

namespace MiniFirewall.Policy.Questions;

/// <summary>The realm of the packet's route, masked, is the value (net/netfilter/xt_realm.c). A value with bits outside the mask never is.</summary>
public sealed record RouteRealmIs(uint Value, uint Mask) : Question
{
    public override Question Code => new RouteRealmIs(0, 0);

    public override ulong Argument => ((ulong)Mask << 32) | Value;

    public override bool Ask(Packet packet) => (packet.Realm & Mask) == Value;
}

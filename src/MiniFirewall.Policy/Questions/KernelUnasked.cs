using MiniFirewall.Packets;

namespace MiniFirewall.Policy.Questions;

/// <summary>
/// Nobody has asked the kernel's match (<see cref="KernelMatchHolds"/>) or target (<see cref="PacketMarkComputed"/>) about the packet: somebody has taken the chains away that do,
/// or there was no room. Of a packet that is only described, no.
/// </summary>
/// <param name="Number">The match's, or the target's.</param>
public sealed record KernelUnasked(uint Number) : Question
{
    public override Question Code => new KernelUnasked(0);

    public override ulong Argument => Number;

    public override bool Ask(Packet packet) => false;
}

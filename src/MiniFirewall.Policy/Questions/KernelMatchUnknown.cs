using MiniFirewall.Packets;

namespace MiniFirewall.Policy.Questions;

/// <summary>Nobody has asked the kernel's match about the packet (<see cref="KernelMatchHolds"/>): somebody has taken the chains away that do, or there was no room.</summary>
/// <param name="Number">The match's.</param>
public sealed record KernelMatchUnknown(uint Number) : Question
{
    public override Question Code => new KernelMatchUnknown(0);

    public override ulong Argument => Number;

    public override bool Ask(Packet packet) => false;
}

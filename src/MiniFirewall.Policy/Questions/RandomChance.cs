using MiniFirewall.Packets;

namespace MiniFirewall.Policy.Questions;

/// <summary>A random number of 31 bits is below another (net/netfilter/xt_statistic.c, random mode).</summary>
/// <param name="Threshold">0 for never, 2^31 for always.</param>
public sealed record RandomChance(uint Threshold) : Question
{
    public const uint Always = 0x80000000;

    public override Question Code => new RandomChance(0);

    public override ulong Argument => Threshold;

    public override bool Ask(Packet packet) => (packet.Chance & (Always - 1)) < Threshold;
}

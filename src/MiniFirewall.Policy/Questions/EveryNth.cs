using MiniFirewall.Packets;

namespace MiniFirewall.Policy.Questions;

/// <summary>It is the turn of every nth packet (net/netfilter/xt_statistic.c, nth mode). What is remembered is the turn.</summary>
/// <param name="Every">n, at least 1.</param>
/// <param name="First">The first packet that has its turn, counted from 0, below n.</param>
public sealed record EveryNth(uint Every, uint First) : StatefulQuestion
{
    public override Question Code => new EveryNth(1, 0);

    public override ulong Start => Every - 1 - First;

    public override (ulong First, ulong Second) Constants(int hertz) => (Every - 1, 0);

    public override bool Ask(Packet packet, ref ulong memory)
    {
        memory = memory == Every - 1 ? 0 : memory + 1;
        return memory == 0;
    }
}

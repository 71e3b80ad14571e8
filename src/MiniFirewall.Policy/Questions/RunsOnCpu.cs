using MiniFirewall.Packets;

namespace MiniFirewall.Policy.Questions;

/// <summary>The hook runs on the processor of this number (net/netfilter/xt_cpu.c).</summary>
public sealed record RunsOnCpu(uint Cpu) : Question
{
    public override Question Code => new RunsOnCpu(0);

    public override ulong Argument => Cpu;

    public override bool Ask(Packet packet) => packet.Cpu == Cpu;
}

using System.Collections.Immutable;
using MiniFirewall.Asm;
using MiniFirewall.Bpf;
using MiniFirewall.Compiler;
using MiniFirewall.Compiler.Findings;
using MiniFirewall.Packets;
using MiniFirewall.Policy.Questions;
using MiniFirewall.Sys;

namespace MiniFirewall.Engine.Changes;

/// <summary>
/// Has a target of the kernel's compute a mark of every packet, in front of the rules, notes it (<see cref="FindingSlot"/>), and gives the packet back the mark that it came with.
/// A target that computes none leaves the mark as it is: so it is asked twice, with different ones.
/// </summary>
internal sealed record MarkTable(Family Family, PacketMarkComputed Mark) : TableNeed(Family)
{
    internal override ImmutableArray<Hook> Hooks => DispatcherCompiler.Hooks;

    internal override string Map => WellKnownMaps.Findings;

    internal override string Module => $"xt_{Mark.Target}";

    internal override string Name => $"{Prefix}{Mark.Target.ToLowerInvariant()}-{Number:x8}";

    internal override uint Number => Mark.Number;

    internal override IReadOnlyList<ProgramSpec> Programs() =>
        [FindingPrograms.Begin(Number, KernelTime.Hertz), FindingPrograms.NoteMark(Number), FindingPrograms.CompareMark(Number)];

    internal override void WriteChain(NftTableWriter table, Hook hook, string chain, IReadOnlyList<BpfProgram> programs)
    {
        NftExpression compute = NftExpression.Target(Mark.Target, Mark.Revision, Mark.Information);
        table.HookChain(chain, hook, MatchTable.Priority);
        table.Rule(chain, "what is asked", NftExpression.Bpf(programs[0]));
        table.Rule(
            chain,
            $"target {Mark.Target}",
            NftExpression.SaveMark(), NftExpression.Load(0), NftExpression.SetMark(), compute, NftExpression.Bpf(programs[1]),
            NftExpression.Load(uint.MaxValue), NftExpression.SetMark(), compute, NftExpression.Bpf(programs[2]), NftExpression.RestoreMark());
    }
}

using System.Collections.Immutable;
using MiniFirewall.Asm;
using MiniFirewall.Bpf;
using MiniFirewall.Compiler;
using MiniFirewall.Compiler.Changes;
using MiniFirewall.Packets;
using MiniFirewall.Policy.Questions;

namespace MiniFirewall.Engine.Changes;

/// <summary>Has a target carried out on the packets whose slots name it (<see cref="ChangeSlot.Targets"/>), behind the rules.</summary>
internal sealed record TargetTable(Family Family, HandedToTarget Target) : TableNeed(Family)
{
    /// <summary>Behind the chains that change packets; what decides comes last, since a packet may not come back from it.</summary>
    private const int Priority = ChangeRules.Priority + 1, DecidingPriority = Priority + 1;

    /// <summary>The first priority behind these.</summary>
    internal const int PriorityBehind = DecidingPriority + 1;

    /// <summary>All where the target can be: a rule may come to lead there from any of these without a new commit.</summary>
    internal override ImmutableArray<Hook> Hooks => Target.IsOfTcp ? DispatcherCompiler.Hooks.Remove(Hook.LocalOut) : DispatcherCompiler.Hooks;

    internal override string Map => WellKnownMaps.Changes;

    internal override string Module => $"xt_{Target.Target}";

    internal override string Name => $"{Prefix}{Target.Target.ToLowerInvariant()}-{Number:x8}";

    internal override uint Number => Target.Number;

    internal override IReadOnlyList<ProgramSpec> Programs() => [ChangePrograms.IsFor(Target)];

    internal override void WriteChain(NftTableWriter table, Hook hook, string chain, IReadOnlyList<BpfProgram> programs)
    {
        table.HookChain(chain, hook, Target.Decides ? DecidingPriority : Priority);
        NftExpression done = Target.IsMatch
            ? NftExpression.Match(Target.Target, Target.Revision, Target.Information)
            : NftExpression.Target(Target.Target, Target.Revision, Target.Information);
        NftExpression[] expressions = [NftExpression.Bpf(programs[0]), done];
        string about = $"{(Target.IsMatch ? "match" : "target")} {Target.Target}";
        if (Target.IsOfTcp)
        {
            table.TcpRule(chain, about, expressions);
        }
        else
        {
            table.Rule(chain, about, expressions);
        }
    }
}

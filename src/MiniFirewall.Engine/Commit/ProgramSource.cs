using MiniFirewall.Asm;
using MiniFirewall.Compiler;
using MiniFirewall.Engine.State;
using MiniFirewall.Rules.Lowering;
using MiniFirewall.Rules.Model;

namespace MiniFirewall.Engine.Commit;

/// <summary>Makes the spec of a hook point's program.</summary>
internal delegate ProgramSpec ProgramSource(RuleSet rules, HookPoint point, ICounterIndexes counters, CompileOptions options);

/// <summary>Where specs come from: the compiler.</summary>
internal static class CompiledPrograms
{
    internal static ProgramSpec Compile(RuleSet rules, HookPoint point, ICounterIndexes counters, CompileOptions options) =>
        PacketProgramCompiler.Compile(RuleSetLowering.Lower(rules, point.Hook, point.Family, counters), options);
}

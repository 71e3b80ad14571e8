using System.Collections.Immutable;
using MiniFirewall.Compiler;
using MiniFirewall.Packets;
using MiniFirewall.Policy;
using MiniFirewall.Rules.Lowering;
using MiniFirewall.Rules.Model;

namespace MiniFirewall.Engine.Commit;

/// <summary>Makes the specs of one family's programs, a hook each in the order of <see cref="DispatcherCompiler.Hooks"/>, and their image.</summary>
internal delegate CompiledPrograms ProgramSource(RuleSet rules, Family family, ICounterIndexes counters, CompileOptions options);

/// <summary>Where specs come from: the compiler.</summary>
internal static class CompiledRules
{
    internal static CompiledPrograms Compile(RuleSet rules, Family family, ICounterIndexes counters, CompileOptions options) =>
        ProgramSetCompiler.Compile(ProgramsOf(rules, family, counters), options);

    private static ImmutableArray<PacketProgram> ProgramsOf(RuleSet rules, Family family, ICounterIndexes counters) =>
        [.. DispatcherCompiler.Hooks.Select(hook => RuleSetLowering.Lower(rules, hook, family, counters))];
}

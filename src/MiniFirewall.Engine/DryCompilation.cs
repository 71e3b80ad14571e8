using MiniFirewall.Asm;
using MiniFirewall.Compiler;
using MiniFirewall.Engine.Commit;
using MiniFirewall.Engine.State;
using MiniFirewall.Packets;
using MiniFirewall.Rules.Lowering;
using MiniFirewall.Rules.Model;

namespace MiniFirewall.Engine;

/// <summary>Compiles rule sets that nobody will meet: all their rules share one counter. The kernel is not asked.</summary>
public static class DryCompilation
{
    /// <summary>The one counter; 0 is nobody's.</summary>
    internal const int Counter = 1;

    /// <summary>Compiles every hook's and family's program, for what it may say.</summary>
    /// <param name="onProof">As <see cref="ApplyOptions.OnProof"/>.</param>
    /// <exception cref="CompileException">The rules are beyond what the kernel can take.</exception>
    /// <exception cref="UnprovedImageException">A proof was asked for and failed.</exception>
    public static void Check(RuleSet rules, Action<ImageProof>? onProof = null)
    {
        ProgramSource source = onProof is null ? CompiledRules.Compile : ProvedPrograms.From(CompiledRules.Compile, onProof);
        foreach (Family family in DispatcherCompiler.Families)
        {
            source(rules, family, OneCounter.Instance, new CompileOptions());
        }
    }

    internal static CompiledPrograms Compile(RuleSet rules, HookPoint point, PrologueKind prologue) => ProgramSetCompiler.Compile(
        [RuleSetLowering.Lower(rules, point.Hook, point.Family, OneCounter.Instance)],
        KernelRequirements.Options(prologue, ProviderChoice.Default));

    private sealed class OneCounter : ICounterIndexes
    {
        internal static OneCounter Instance { get; } = new();

        public int OfRule(Chain chain, Rule rule, Family family) => Counter;

        public int OfPolicy(Chain chain, Family family) => Counter;
    }
}

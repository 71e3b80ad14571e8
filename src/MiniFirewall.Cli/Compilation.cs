using MiniFirewall.Compiler;
using MiniFirewall.Packets;
using MiniFirewall.Rules.Lowering;
using MiniFirewall.Rules.Model;

namespace MiniFirewall.Cli;

/// <summary>Compiles a rule set without the kernel: all that an unprivileged check can do.</summary>
internal static class Compilation
{
    /// <exception cref="CompileException">The rules are beyond what the kernel can take.</exception>
    internal static void Try(RuleSet rules)
    {
        foreach (Hook hook in DispatcherCompiler.Hooks)
        {
            foreach (Family family in DispatcherCompiler.Families)
            {
                PacketProgramCompiler.Compile(RuleSetLowering.Lower(rules, hook, family, OneCounter.Instance), new CompileOptions());
            }
        }
    }

    /// <summary>Nothing is counted, so any counter will do; 0 is nobody's.</summary>
    private sealed class OneCounter : ICounterIndexes
    {
        internal static OneCounter Instance { get; } = new();

        public int OfRule(Chain chain, Rule rule, Family family) => 1;

        public int OfPolicy(Chain chain, Family family) => 1;
    }
}

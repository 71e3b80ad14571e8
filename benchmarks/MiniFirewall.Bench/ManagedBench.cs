using BenchmarkDotNet.Attributes;
using MiniFirewall.Asm;
using MiniFirewall.Compiler;
using MiniFirewall.Packets;
using MiniFirewall.Rules.Lowering;
using MiniFirewall.Rules.Model;

namespace MiniFirewall.Bench;

/// <summary>The part of `minifw apply` that happens before the kernel is asked: reading and compiling.</summary>
[MemoryDiagnoser]
[ShortRunJob]
public class ManagedBench
{
    private string _text = "";
    private RuleSet _rules = RuleSet.Empty;

    [Params(8, 1000)]
    public int Rules { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        _text = Rules == 8 ? RuleLists.EightRules : RuleLists.Generated(Rules);
        _rules = RuleLists.Read(_text);
    }

    [Benchmark]
    public RuleSet Read() => RuleLists.Read(_text);

    [Benchmark]
    public ProgramSpec Compile() =>
        PacketProgramCompiler.Compile(RuleSetLowering.Lower(_rules, Hook.LocalOut, Family.IPv4, new OneCounter()), new());

    private sealed class OneCounter : ICounterIndexes
    {
        public int OfRule(Chain chain, Rule rule, Family family) => 1;

        public int OfPolicy(Chain chain, Family family) => 2;
    }
}

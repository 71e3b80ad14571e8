using System.Collections.Immutable;
using MiniFirewall.Packets;
using MiniFirewall.Policy;
using MiniFirewall.Policy.Questions;
using MiniFirewall.Rules.Grammar;
using MiniFirewall.Rules.Language;
using MiniFirewall.Rules.Model;
using MiniFirewall.Rules.Values;

namespace MiniFirewall.Rules.Matches;

/// <summary>-m cpu: the processor that handles the packet (net/netfilter/xt_cpu.c).</summary>
public sealed record CpuMatch(uint Cpu, bool Negated) : Match
{
    public static MatchGrammar Grammar { get; } = new("cpu", new CpuMatch(0, false))
    {
        OneOf = ["cpu"],
        Options =
        [
            Option<CpuMatch>.Value<uint>(["cpu"], NumberReaders.Number("processor's number", 0, uint.MaxValue), (_, cpu, not) => new(cpu, not), negatable: true),
        ],
    };

    public override string Name => "cpu";

    public override void Print(RuleTextWriter writer) => writer.Word("-m").Word("cpu").Not(Negated).Word("--cpu").Word($"{Cpu}");

    public override void List(RuleTextWriter writer, ListStyle style) => writer.Word("cpu").Not(Negated).Word($"{Cpu}");

    public override MatchResult Evaluate(Packet packet) => new RunsOnCpu(Cpu).Ask(packet) != Negated ? MatchResult.Match : MatchResult.Miss;

    public override void Lower(Family family, ImmutableArray<Step>.Builder steps) =>
        steps.Add(new Require(new QuestionTest(new RunsOnCpu(Cpu), Negated)));
}

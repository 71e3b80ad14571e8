using System.Collections.Immutable;
using MiniFirewall.Packets;
using MiniFirewall.Policy;
using MiniFirewall.Policy.Questions;
using MiniFirewall.Rules.Grammar;
using MiniFirewall.Rules.Language;
using MiniFirewall.Rules.Model;
using MiniFirewall.Rules.Values;

namespace MiniFirewall.Rules.Matches;

/// <summary>-m bpf: a program of classic BPF says what it thinks of the packet (net/netfilter/xt_bpf.c).</summary>
/// <param name="PinnedPath">The pin of an object that holds the program instead; empty where there is none.</param>
public sealed record BpfMatch(ClassicProgram Program, string PinnedPath) : Match
{
    /// <summary>What the kernel knows of packets and the programs here can ask for.</summary>
    private static readonly ClassicSurrounding[] Known =
        [ClassicSurrounding.Protocol, ClassicSurrounding.Mark, ClassicSurrounding.Random, ClassicSurrounding.XorIndex];

    public static MatchGrammar Grammar { get; } = new("bpf", new BpfMatch(new ClassicProgram([]), ""))
    {
        OneOf = ["bytecode", "object-pinned"],
        Options =
        [
            Option<BpfMatch>.Value<ClassicProgram>(["bytecode"], BytecodeReader.Read, (m, program, _) => m with { Program = program }, group: "program", takesText: true),
            Option<BpfMatch>.Value<string>(["object-pinned"], TextReaders.Text("path of the object", 1, 511), (m, path, _) => m with { PinnedPath = path }, group: "program", takesText: true),
        ],
    };

    public override string Name => "bpf";

    public override string? Lack => PinnedPath.Length > 0
        ? "a pinned program of others cannot be called by a program of the Netfilter hooks; write it as --bytecode"
        : Program.Instructions.Select(LackOf).FirstOrDefault(lack => lack is not null);

    public override void Print(RuleTextWriter writer)
    {
        writer.Word("-m").Word("bpf");
        if (PinnedPath.Length > 0)
        {
            writer.Word("--object-pinned").Word(PinnedPath);
        }
        else
        {
            writer.Word("--bytecode").Word($"\"{Program.Instructions.Count},{Text()}\"");
        }
    }

    public override void List(RuleTextWriter writer, ListStyle style)
    {
        writer.Word("match").Word("bpf");
        if (PinnedPath.Length > 0)
        {
            writer.Word("pinned").Word(PinnedPath);
        }
        else
        {
            writer.Word(Text());
        }
    }

    public override MatchResult Evaluate(Packet packet)
    {
        RefuseLack();
        return Program.Ask(packet) ? MatchResult.Match : MatchResult.Miss;
    }

    public override void Lower(Family family, ImmutableArray<Step>.Builder steps)
    {
        RefuseLack();
        steps.Add(new Require(new QuestionTest(Program)));
    }

    private static string? LackOf(ClassicInstruction instruction)
    {
        if (instruction.Surrounding is { } surrounding)
        {
            return Known.Contains(surrounding) ? null : $"its program asks for {surrounding}, which programs of the Netfilter hooks are not told";
        }

        // Offsets between the link layer's (SKF_LL_OFF) and the network's.
        bool isPacket = instruction.Class == ClassicClass.Load && instruction.Mode == ClassicMode.Absolute;
        return isPacket && instruction.K is > int.MaxValue and < ClassicInstruction.NetworkHeader
            ? "its program reads the header of the link layer, which packets of the Netfilter hooks need not have"
            : null;
    }

    private string Text() => string.Join(',', Program.Instructions.Select(one => $"{one.Code} {one.JumpTrue} {one.JumpFalse} {one.K}"));

    private void RefuseLack()
    {
        if (Lack is { } lack)
        {
            throw new NotSupportedException(lack);
        }
    }
}

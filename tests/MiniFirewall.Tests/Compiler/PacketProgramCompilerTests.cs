using System.Collections.Immutable;
using MiniFirewall.Asm;
using MiniFirewall.Compiler;
using MiniFirewall.Packets;
using MiniFirewall.Policy;
using Xunit;

namespace MiniFirewall.Tests.Compiler;

public sealed class PacketProgramCompilerTests
{
    private static readonly CompileOptions Options = new();

    [Fact]
    public void The_same_program_gives_the_same_bytes()
    {
        byte[] first = InstructionEncoder.Encode(PacketProgramCompiler.Compile(Chains(3), Options).Code.Instructions.AsSpan());
        byte[] second = InstructionEncoder.Encode(PacketProgramCompiler.Compile(Chains(3), Options).Code.Instructions.AsSpan());

        Assert.Equal(first, second);
        Assert.NotEmpty(first);
    }

    [Fact]
    public void A_block_called_from_many_statements_is_one_function()
    {
        Statement call = Make(new Call(1), 1);
        PacketProgram program = Program([new("entry", [.. Enumerable.Repeat(call, 1000)]), new("shared", [Make(new Decide(Verdict.Drop), 2)])]);

        ProgramSpec spec = PacketProgramCompiler.Compile(program, Options);

        Assert.Single(spec.Code.Functions, f => f.Function.Name.EndsWith("_shared", StringComparison.Ordinal));
    }

    [Fact]
    public void A_long_block_is_cut_into_parts()
    {
        Statement statement = Make(new Decide(Verdict.Drop), 1);
        ProgramSpec spec = PacketProgramCompiler.Compile(Program([new("entry", [.. Enumerable.Repeat(statement, 2049)])]), Options);

        Assert.Equal(3, spec.Code.Functions.Count(f => f.Function.Name.EndsWith("_entry", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData(4, 4)]
    [InlineData(5, 4)]
    [InlineData(9, 4)]
    public void Blocks_below_the_kernels_call_depth_are_copied(int depth, int functions)
    {
        ProgramSpec spec = PacketProgramCompiler.Compile(Chains(depth), Options);

        Assert.Equal(functions, spec.Code.Functions.Count(f => f.Function.Name.Contains("_chain", StringComparison.Ordinal)));
    }

    [Fact]
    public void Copies_that_grow_without_bound_are_refused_with_the_statement()
    {
        // Each level calls the next one eight times: 8^9 copies below the fourth level.
        ImmutableArray<Block> blocks = [.. Enumerable.Range(0, 14).Select(level => new Block(
            $"chain{level}",
            [.. Enumerable.Range(0, 8).Select(_ => Make(level < 13 ? new Call(level + 1) : Continue.Instance, level + 1))]))];

        CompileException error = Assert.Throws<CompileException>(() => PacketProgramCompiler.Compile(Program(blocks), Options));

        Assert.Contains("rules:1", error.Message, StringComparison.Ordinal);
        Assert.Contains("four deep", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Instructions_know_their_statement()
    {
        ProgramSpec spec = PacketProgramCompiler.Compile(Chains(0), Options);

        Assert.Contains(spec.Code.Instructions, i => i.Origin == 0);
        Assert.Contains(spec.Code.Instructions, i => i.Origin == -1);
        Assert.Equal(["rules:1: -j DROP"], spec.Origins);
    }

    [Theory]
    [InlineData(Hook.LocalIn, Family.IPv4, 0)]
    [InlineData(Hook.LocalIn, Family.IPv6, 1)]
    [InlineData(Hook.Forward, Family.IPv4, 2)]
    [InlineData(Hook.LocalOut, Family.IPv6, 5)]
    public void Generations_alternate_between_two_sets_of_slots(Hook hook, Family family, int slot)
    {
        Assert.Equal(slot, DispatcherCompiler.Slot(4, hook, family));
        Assert.Equal(slot + 6, DispatcherCompiler.Slot(5, hook, family));
    }

    private static PacketProgram Chains(int depth) => Program(
    [
        .. Enumerable.Range(0, depth + 1).Select(level => new Block(
            $"chain{level}", [Make(level < depth ? new Call(level + 1) : new Decide(Verdict.Drop), level + 1)])),
    ]);

    private static PacketProgram Program(ImmutableArray<Block> blocks) =>
        new(Family.IPv4, Hook.LocalIn, blocks, 0, Verdict.Accept, 1000);

    private static Statement Make(Outcome outcome, int counter) =>
        new([new Require(FieldTest.Equal(Field.Protocol, 6))], counter, false, outcome, new Origin("rules:1", "-j DROP"));
}

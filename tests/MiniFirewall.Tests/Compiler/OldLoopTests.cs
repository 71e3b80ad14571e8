using MiniFirewall.Asm;
using MiniFirewall.Asm.Editing;
using MiniFirewall.Compiler;
using MiniFirewall.Packets;
using MiniFirewall.Policy;
using MiniFirewall.Policy.Questions;
using Xunit;

namespace MiniFirewall.Tests.Compiler;

/// <summary>Programs for kernels without may_goto have no loop that such a kernel's verifier would refuse.</summary>
public sealed class OldLoopTests
{
    private const int StackOfAll = 512, LeastFrame = 32;

    private static readonly Condition Recently = new QuestionTest(new RecentAddress("seen", RecentAction.Set));

    [Fact]
    public void New_kernels_get_may_goto() => Assert.Contains(Listed(new CompileOptions()).Instructions, instruction => instruction.IsMayGoto);

    [Theory]
    [InlineData(ContextKind.Link)]
    [InlineData(ContextKind.ModuleByProbes)]
    public void Others_get_a_callback(ContextKind context)
    {
        AssembledCode code = Listed(Old(context));
        Assert.DoesNotContain(code.Instructions, instruction => instruction.IsMayGoto);
        Assert.Contains(code.Functions, function => function.Function is { Name: "main_turn", IsGlobal: false });
        Assert.Contains(code.Instructions, instruction => instruction.IsFunctionAddress);
    }

    /// <summary>What is left that leads back is counted on the stack.</summary>
    [Fact]
    public void Nothing_of_the_search_leads_back()
    {
        var flow = new CodeFlow(Listed(Old(ContextKind.Link)));
        int turn = Array.FindIndex([.. flow.Functions], function => function.Function.Name == "main_turn");
        int[] inTurn = [.. Enumerable.Range(0, flow.Code.Instructions.Length).Where(at => flow.FunctionOf(at) == turn && flow.Code.Instructions[at].IsJump)];
        Assert.NotEmpty(inTurn);
        Assert.All(inTurn, at => Assert.True(!CanReach(flow, flow.Target(at), at), $"instruction {at} is part of a loop"));
    }

    [Fact]
    public void Loops_of_questions_are_refused_by_name() => Assert.Throws<OldKernelException>(() => ProgramSetCompiler.Compile([Program(1, Recently)], Old(ContextKind.Link)));

    /// <summary>What asks more than the packet's own numbers stays straight code, whose stack is known to suffice.</summary>
    [Fact]
    public void Lists_that_ask_questions_are_straight_code()
    {
        CompiledPrograms compiled = ProgramSetCompiler.Compile([Program(60, new QuestionTest(new RandomChance(1)))], Old(ContextKind.ModuleByProbes));
        Assert.Null(compiled.Image);
    }

    /// <summary>A rule of more tests than an old verifier goes through is refused by name, rather than dropping what comes to it.</summary>
    [Fact]
    public void A_rule_of_too_many_tests_is_refused()
    {
        var many = new RangeTest(Field.Mark, [.. Enumerable.Range(0, 2000).Select(i => new ValueRange((uint)(2 * i), (uint)(2 * i)))]);
        Assert.Throws<OldKernelException>(() => ProgramSetCompiler.Compile([Program(60, many)], Old(ContextKind.Link)));
    }

    /// <summary>The kernel adds up the frames of functions that wait for one another: main, its turn, the ops, a question of 128 bytes.</summary>
    [Theory]
    [InlineData(Family.IPv4)]
    [InlineData(Family.IPv6)]
    public void The_stack_has_room_for_a_question(Family family)
    {
        var flow = new CodeFlow(Listed(Old(ContextKind.ModuleByProbes), family));
        int frames = new[] { "main", "main_turn", "run_ops" }.Sum(name => Frame(flow, name));
        Assert.InRange(frames, 3 * LeastFrame, StackOfAll - 128);
    }

    private static int Frame(CodeFlow flow, string name)
    {
        int function = Array.FindIndex([.. flow.Functions], f => f.Function.Name == name), lowest = 0;
        for (int at = 1; at < flow.Code.Instructions.Length; at++)
        {
            Instruction instruction = flow.Code.Instructions[at];
            if (flow.FunctionOf(at) != function)
            {
                continue;
            }

            bool isAddress = instruction.IsAddImmediate && flow.Code.Instructions[at - 1] is { IsMove: true, Source: (byte)Register.R10 };
            bool isAccess = (instruction.IsLoad && instruction.Source == (byte)Register.R10)
                || ((instruction.IsStoreOfNumber || instruction.IsStoreOfRegister) && instruction.Destination == Register.R10);
            lowest = Math.Min(lowest, isAddress ? (int)instruction.Immediate : isAccess ? instruction.Offset : 0);
        }

        return Math.Max(LeastFrame, (-lowest + LeastFrame - 1) / LeastFrame * LeastFrame);
    }

    private static bool CanReach(CodeFlow flow, int from, int to)
    {
        var seen = new HashSet<int> { from };
        var open = new Stack<int>(seen);
        while (open.TryPop(out int at))
        {
            foreach (int next in flow.Successors(at).Where(seen.Add))
            {
                open.Push(next);
            }
        }

        return seen.Contains(to);
    }

    private static CompileOptions Old(ContextKind context) => new() { Context = context, Loops = LoopKind.Calls };

    private static AssembledCode Listed(CompileOptions options, Family family = Family.IPv4) =>
        ProgramSetCompiler.Compile([Program(60, FieldTest.Equal(Field.Mark, 1), family)], options).Specs[0].Code;

    private static PacketProgram Program(int rules, Condition condition, Family family = Family.IPv4) => new(
        family,
        Hook.LocalIn,
        [new Block("entry", [.. Enumerable.Range(0, rules).Select(i => new Statement(
            [new Require(FieldTest.Equal(Field.DestinationPort, (uint)i)), new Require(condition)], i + 1, false, new Decide(Verdict.Drop), Origin.None))])],
        0,
        Verdict.Accept,
        rules + 1);
}

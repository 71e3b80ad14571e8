using MiniFirewall.Asm;
using MiniFirewall.Asm.Editing;
using MiniFirewall.Compiler;
using MiniFirewall.Packets;
using MiniFirewall.Policy;
using MiniFirewall.Policy.Questions;
using MiniFirewall.Policy.Sets;
using Xunit;

namespace MiniFirewall.Tests.Compiler;

/// <summary>Programs for kernels without may_goto have no loop that such a kernel's verifier would refuse.</summary>
public sealed class OldLoopTests
{
    /// <summary>Of a walk over the prefix lengths that IPv4 elements may have.</summary>
    private const int TurnsOfWalk = 36;

    private static readonly DynamicSet s_pairs = new("pairs", new SetShape(2, SetPort.None), FamilySet.Both, FirstIsNetwork: true, SecondIsNetwork: true, new SetDetails());
    private static readonly RecentAddress s_recent = new("seen", RecentAction.Check);

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
    public void Loops_of_questions_are_counted() =>
        Assert.DoesNotContain(ProgramSetCompiler.Compile([Program(1, new QuestionTest(s_recent))], Old(ContextKind.Link)).Specs[0].Code.Instructions, instruction => instruction.IsMayGoto);

    [Fact]
    public void Loops_that_turn_too_often_are_refused_by_name() => Assert.Contains("--hitcount", Assert.Throws<OldKernelException>(
        () => ProgramSetCompiler.Compile([Program(1, new QuestionTest(s_recent with { Hits = 2000 }))], Old(ContextKind.Link))).Message, StringComparison.Ordinal);

    /// <summary>A loop within another begins to count anew in each of the outer one's turns, and only there.</summary>
    [Fact]
    public void Counters_begin_where_control_falls_into_their_loops()
    {
        CompiledPrograms compiled = ProgramSetCompiler.Compile([Program(1, new QuestionTest(new DynamicSetTest(s_pairs, default)))], Old(ContextKind.Link));
        var flow = new CodeFlow(compiled.Specs[0].Code);
        int ask = Array.FindIndex([.. flow.Functions], function => function.Function.Name.StartsWith("ask_", StringComparison.Ordinal));
        int[] begins = [.. Enumerable.Range(0, flow.Code.Instructions.Length).Where(at => flow.FunctionOf(at) == ask && flow.Code.Instructions[at] is { IsStoreOfNumber: true, Immediate: TurnsOfWalk })];
        Assert.Equal(4, begins.Length);
        Assert.Equal(2, begins.Select(at => flow.Code.Instructions[at].Offset).Distinct().Count());
    }

    [Fact]
    public void Pairs_of_IPv6_networks_are_refused_by_name() => Assert.Contains("pairs of IPv6 networks", Assert.Throws<OldKernelException>(
        () => ProgramSetCompiler.Compile([Program(1, new QuestionTest(new DynamicSetTest(s_pairs, default)), Family.IPv6)], Old(ContextKind.Link))).Message, StringComparison.Ordinal);

    /// <summary>A rule of more tests than an old verifier goes through is refused by name, rather than dropping what comes to it.</summary>
    [Fact]
    public void A_rule_of_too_many_tests_is_refused()
    {
        var many = new RangeTest(Field.Mark, [.. Enumerable.Range(0, 2000).Select(i => new ValueRange((uint)(2 * i), (uint)(2 * i)))]);
        Assert.Throws<OldKernelException>(() => ProgramSetCompiler.Compile([Program(60, many)], Old(ContextKind.Link)));
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

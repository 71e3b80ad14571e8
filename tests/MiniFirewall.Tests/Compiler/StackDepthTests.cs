using MiniFirewall.Asm;
using MiniFirewall.Compiler;
using MiniFirewall.Compiler.Retarget;
using MiniFirewall.Packets;
using MiniFirewall.Rules.Lowering;
using MiniFirewall.Rules.Model;
using MiniFirewall.Testing.Rules;
using MiniFirewall.Tests.Rules;
using Xunit;

namespace MiniFirewall.Tests.Compiler;

/// <summary>On kernels before 6.9 long lists are searched by a callback, which leaves little stack: what rules ask must fit beside it.</summary>
public sealed class StackDepthTests
{
    /// <summary>What stays straight code there, however long the list.</summary>
    private const string TooDeep = "-p tcp -m connlimit --connlimit-above 3";

    public static TheoryData<ContextKind, Family, string> Cases =>
    [
        .. from context in new[] { ContextKind.Link, ContextKind.Module, ContextKind.ModuleByProbes }
           from family in Enum.GetValues<Family>()
           from rule in family == Family.IPv6 ? AskingRules.Anywhere.Concat(AskingRules.OfIPv6) : AskingRules.Anywhere
           select (context, family, rule),
    ];

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_long_list_may_ask_everything(ContextKind context, Family family, string rule)
    {
        foreach (Hook hook in (ReadOnlySpan<Hook>)[Hook.LocalIn, Hook.LocalOut])
        {
            CompiledPrograms compiled = Compile(context, family, hook, rule);
            Assert.NotNull(compiled.Image);
            Assert.InRange(StackDepth.Of(compiled.Specs[0].Code), 1, StackDepth.Most);
        }
    }

    [Fact]
    public void What_does_not_fit_is_straight_code()
    {
        Assert.Null(Compile(ContextKind.Link, Family.IPv4, Hook.LocalIn, TooDeep).Image);
        Assert.True(StackDepth.Of(Compile(ContextKind.Link, Family.IPv4, Hook.LocalIn, TooDeep, ListStructure.Classifier).Specs[0].Code) > StackDepth.Most);
    }

    /// <summary>Frames of 100, 8 and no bytes, the last a callback: 128, 32 and 32.</summary>
    [Fact]
    public void Frames_are_added_up_along_the_deepest_calls()
    {
        var code = new Assembler();
        Label callee = code.DefineLabel("callee"), turn = code.DefineLabel("turn"), shallow = code.DefineLabel("shallow");
        Begin(code, "main", code.DefineLabel("main"));
        code.StoreImmediate(MemorySize.Word, Register.R10, -100, 0);
        code.Call(shallow);
        code.Call(callee);
        code.Exit();
        Begin(code, "shallow", shallow);
        code.Exit();
        Begin(code, "callee", callee);
        code.Move(Register.R3, Register.R10);
        code.Alu(AluOperation.Add, Register.R3, -8);
        code.LoadFunction(Register.R2, turn);
        code.Exit();
        Begin(code, "turn", turn);
        code.Exit();
        Assert.Equal(128 + 32 + 32, StackDepth.Of(code.Finish()));
    }

    /// <summary>What an index leads to counts from where the index is zero.</summary>
    [Fact]
    public void An_indexed_place_is_part_of_the_frame()
    {
        var code = new Assembler();
        Begin(code, "main", code.DefineLabel("main"));
        code.Move(Register.R1, 0);
        code.Alu(AluOperation.Add, Register.R1, Register.R10);
        code.Store(MemorySize.Byte, Register.R1, -65, Register.R1);
        code.Exit();
        Assert.Equal(96, StackDepth.Of(code.Finish()));
    }

    private static void Begin(Assembler code, string name, Label entry) => code.BeginFunction(new Function(name, IsGlobal: true, []), entry);

    private static CompiledPrograms Compile(ContextKind context, Family family, Hook hook, string rule, ListStructure structure = ListStructure.Measured)
    {
        string chain = hook == Hook.LocalIn ? "INPUT" : "OUTPUT";
        IEnumerable<string> lines = Enumerable.Range(1, ProgramSetCompiler.LongestStraightList).Select(port => $"-A {chain} -p tcp --dport {port} -j DROP").Append($"-A {chain} {rule}");
        RuleSet rules = Reading.Good(string.Join('\n', lines.Prepend(AskingRules.Named)), family == Family.IPv4 ? FamilySet.IPv4 : FamilySet.IPv6);
        rules.MakeSetsTables();
        return ProgramSetCompiler.Compile([RuleSetLowering.Lower(rules, hook, family, CounterOne.Instance)], new CompileOptions { Context = context, Loops = LoopKind.Calls, Structure = structure });
    }
}

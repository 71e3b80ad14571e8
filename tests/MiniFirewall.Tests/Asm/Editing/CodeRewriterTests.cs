using MiniFirewall.Asm;
using MiniFirewall.Asm.Editing;
using Xunit;

namespace MiniFirewall.Tests.Asm.Editing;

public sealed class CodeRewriterTests
{
    [Fact]
    public void Nothing_replaced_is_the_same_code()
    {
        AssembledCode code = Sample();
        AssembledCode again = CodeRewriter.Rewrite(new CodeFlow(code), at => [code.Instructions[at]], function => function);
        Assert.Equal(code.Instructions, again.Instructions);
        Assert.Equal(code.Functions, again.Functions);
    }

    /// <summary>Every instruction that is no jump stands twice, one of them is gone: all jumps, calls and functions still meet their places.</summary>
    [Fact]
    public void Jumps_and_calls_find_their_places_again()
    {
        AssembledCode code = Sample();
        var flow = new CodeFlow(code);
        AssembledCode wide = CodeRewriter.Rewrite(
            flow,
            at => code.Instructions[at] is { IsJump: true } or { IsCall: true } ? [code.Instructions[at]] : at == 0 ? [] : [code.Instructions[at], code.Instructions[at]],
            function => function with { Name = function.Name + "2" });
        var again = new CodeFlow(wide);
        Assert.Equal(["main2", "sub2"], wide.Functions.Select(function => function.Function.Name));
        for (int i = 0; i < wide.Instructions.Length; i++)
        {
            if (wide.Instructions[i].IsFunctionCall)
            {
                Assert.Equal(again.Functions[1].Start, again.Target(i));
            }
            else if (wide.Instructions[i].IsJump)
            {
                Assert.Equal(7, wide.Instructions[again.Target(i)].Immediate);
            }
        }
    }

    [Fact]
    public void A_jump_that_would_be_too_far_is_refused()
    {
        AssembledCode code = Sample();
        Instruction filler = code.Instructions[2];
        Assert.Throws<OverflowException>(() => CodeRewriter.Rewrite(
            new CodeFlow(code), at => at == 2 ? [.. Enumerable.Repeat(filler, 40_000)] : [code.Instructions[at]], function => function));
    }

    /// <summary>main: r6 = 5; if r6 == 0 goto last; r1 = 0x100000000; call sub; last: r0 = 7; exit. sub: r0 = 1; exit.</summary>
    private static AssembledCode Sample()
    {
        var code = new Assembler();
        Label last = code.DefineLabel(), sub = code.DefineLabel();
        code.BeginFunction(new Function("main", true, []), code.DefineLabel());
        code.Move(Register.R6, 5);
        code.Jump(JumpCondition.Equal, Register.R6, 0, last);
        code.LoadConstant(Register.R1, 0x1_0000_0000);
        code.Call(sub);
        code.Mark(last);
        code.Move(Register.R0, 7);
        code.Exit();
        code.BeginFunction(new Function("sub", false, [new NumberParameter("n")]), sub);
        code.Move(Register.R0, 1);
        code.Exit();
        return code.Finish();
    }
}

using System.Collections.Immutable;
using MiniFirewall.Asm;
using Xunit;

namespace MiniFirewall.Tests.Asm;

public sealed class ReachabilityTests
{
    [Fact]
    public void Instructions_after_an_exit_are_left_out_and_jumps_still_hit()
    {
        var code = new Assembler();
        Label end = code.DefineLabel("end"), never = code.DefineLabel("never");
        code.Jump(JumpCondition.Equal, Register.R1, 0, end);
        code.Exit();
        code.Move(Register.R0, 7);
        code.Jump(never);
        code.Mark(never);
        code.Mark(end);
        code.Move(Register.R0, 1);
        code.Exit();

        ImmutableArray<Instruction> kept = code.Finish().Instructions;

        Assert.Equal(4, kept.Length);
        Assert.Equal(1, kept[0].Offset);
        Assert.Equal(1, kept[2].Immediate);
    }

    [Fact]
    public void A_function_that_nobody_calls_is_left_out()
    {
        var code = new Assembler();
        code.BeginFunction(new Function("main", IsGlobal: true, []), code.DefineLabel());
        code.Exit();
        Label unused = code.DefineLabel();
        code.Call(unused);
        code.Exit();
        code.BeginFunction(new Function("unused", IsGlobal: true, []), unused);
        code.Exit();

        AssembledCode finished = code.Finish();

        Assert.Single(finished.Instructions);
        Assert.Equal("main", Assert.Single(finished.Functions).Function.Name);
    }
}

using MiniFirewall.Asm;
using MiniFirewall.Asm.Editing;
using Xunit;

namespace MiniFirewall.Tests.Asm.Editing;

public sealed class LivenessTests
{
    [Fact]
    public void A_register_lives_from_its_write_to_its_last_read_on_every_way()
    {
        var code = new Assembler();
        Label other = code.DefineLabel(), end = code.DefineLabel();
        code.Move(Register.R1, 1);
        code.Move(Register.R2, 2);
        code.Jump(JumpCondition.Equal, Register.R1, 0, other);
        code.Move(Register.R0, Register.R2);
        code.Jump(end);
        code.Mark(other);
        code.Move(Register.R0, 0);
        code.Mark(end);
        code.Exit();
        var live = new Liveness(new CodeFlow(code.Finish()), _ => 0);
        Assert.Equal(RegisterSet.Of(Register.R1), live.After(0));
        Assert.Equal(RegisterSet.Of(Register.R1, Register.R2), live.After(1));
        Assert.Equal(RegisterSet.Of(Register.R2), live.After(2));
        Assert.Equal(RegisterSet.Of(Register.R0), live.After(3));
    }

    [Fact]
    public void A_loop_keeps_what_its_next_turn_reads()
    {
        var code = new Assembler();
        Label head = code.DefineLabel();
        code.Move(Register.R1, 10);
        code.Move(Register.R3, 1);
        code.Mark(head);
        code.Alu(AluOperation.Subtract, Register.R1, Register.R3);
        code.Jump(JumpCondition.NotEqual, Register.R1, 0, head);
        code.Move(Register.R0, 0);
        code.Exit();
        var live = new Liveness(new CodeFlow(code.Finish()), _ => 0);
        Assert.Equal(RegisterSet.Of(Register.R1, Register.R3), live.After(3));
    }

    [Fact]
    public void A_call_reads_its_arguments_and_loses_the_rest()
    {
        var code = new Assembler();
        code.Move(Register.R1, 1);
        code.Move(Register.R2, 2);
        code.Call(Helper.KtimeGetNs);
        code.Exit();
        var flow = new CodeFlow(code.Finish());
        Assert.Equal(RegisterSet.Of(Register.R1), new Liveness(flow, _ => 1).After(1));
        Assert.Equal(RegisterSet.Empty, new Liveness(flow, _ => 0).After(1));
        Assert.Equal(RegisterSet.Of(Register.R0), new Liveness(flow, _ => 1).After(2));
    }
}
